import { describe, expect, it } from 'vitest';
import { RotaInput } from '../../shared/webhooks/rota/rota.ts';
import { overlapsIn, shiftAt, webhooksInTurn } from '../../shared/webhooks/rota/shifts.ts';
import { dateAt, isTimeZone, momentOf } from '../../shared/webhooks/rota/local-time.ts';

const members = ['ann', 'ben', 'cat'].map((id) => ({ principal_id: id, webhook_id: `webhook_${id}` }));
const rota = (more: object = {}) =>
  RotaInput.parse({
    ...{ time_zone: 'Europe/Berlin', handover: { weekday: 'monday', time: '09:00' }, starts_on: '2026-03-02', members },
    ...more,
  });
const shift = (at: string, more: object = {}) => shiftAt(rota(more), new Date(at));
const who = (at: string, more: object = {}) => shift(at, more).principal_id;

describe('the turn', () => {
  it('changes at the handover, and comes round', () => {
    expect(who('2026-03-02T07:59:59Z')).toBe('cat'); // the last week before the first
    expect(who('2026-03-02T08:00:00Z')).toBe('ann');
    expect(who('2026-03-09T07:59:59Z')).toBe('ann');
    expect(who('2026-03-09T08:00:00Z')).toBe('ben');
    expect(who('2026-03-16T08:00:00Z')).toBe('cat');
    expect(who('2026-03-23T08:00:00Z')).toBe('ann');
  });

  it('is counted from the week in which its first day lies', () => {
    expect(who('2026-03-04T12:00:00Z', { starts_on: '2026-03-08' })).toBe('ann');
    expect(who('2026-03-04T12:00:00Z', { starts_on: '2026-03-09' })).toBe('cat');
  });

  it('stays at its hour by the clock on the wall when clocks change', () => {
    const spring = shift('2026-03-25T12:00:00Z');
    expect([spring.since, spring.until]).toEqual([new Date('2026-03-23T08:00:00Z'), new Date('2026-03-30T07:00:00Z')]);
    const autumn = shift('2026-10-21T12:00:00Z');
    expect([autumn.since, autumn.until]).toEqual([new Date('2026-10-19T07:00:00Z'), new Date('2026-10-26T08:00:00Z')]);
    expect(who('2026-03-30T06:59:59Z')).not.toBe(who('2026-03-30T07:00:00Z'));
  });

  it('never leaves anybody out or in twice over years of such changes', () => {
    const turns: string[] = [];
    for (let at = new Date('2026-03-04T12:00:00Z'), i = 0; i < 160; i++, at = new Date(at.getTime() + 7 * 86_400_000))
      turns.push(shiftAt(rota(), at).principal_id);
    expect(turns).toEqual(Array.from({ length: 160 }, (_, at) => members[at % 3]?.principal_id));
  });

  it('hands over an hour later where clocks leap over the handover, and at the first of two', () => {
    const nights = { handover: { weekday: 'sunday', time: '02:30' } };
    expect(shift('2026-03-29T12:00:00Z', nights).since).toEqual(new Date('2026-03-29T01:30:00Z')); // 03:30 there
    expect(shift('2026-10-25T12:00:00Z', nights).since).toEqual(new Date('2026-10-25T00:30:00Z')); // summer time still
  });
});

describe('an override', () => {
  const more = {
    overrides: [
      {
        principal_id: 'dan',
        webhook_id: 'webhook_dan',
        from: '2026-03-04T00:00:00Z',
        until: '2026-03-05T00:00:00+01:00',
      },
    ],
  };

  it('goes before the turn, which it breaks', () => {
    expect(shift('2026-03-03T12:00:00Z', more)).toMatchObject({
      ...{ principal_id: 'ann', is_override: false },
      until: new Date('2026-03-04T00:00:00Z'),
    });
    expect(shift('2026-03-04T00:00:00Z', more)).toMatchObject({ principal_id: 'dan', is_override: true });
    expect(shift('2026-03-04T23:00:00Z', more)).toMatchObject({
      ...{ principal_id: 'ann', is_override: false },
      since: new Date('2026-03-04T23:00:00Z'),
    });
  });

  it('may not begin before another one has ended', () => {
    const [one] = more.overrides;
    const touching = { ...one, from: '2026-03-04T23:00:00Z', until: '2026-03-06T00:00:00Z' };
    expect(overlapsIn(rota({ overrides: [one, touching] }))).toEqual([]);
    expect(overlapsIn(rota({ overrides: [one, touching, { ...one, until: '2026-03-04T01:00:00Z' }] }))).toEqual([2]);
  });
});

it('after whoever is on call come the others in their turn', () => {
  expect(webhooksInTurn(rota(), new Date('2026-03-10T12:00:00Z'))).toEqual([
    'webhook_ben',
    'webhook_cat',
    'webhook_ann',
  ]);
});

it('knows which time zones there are, and their dates', () => {
  expect(['Europe/Berlin', 'UTC', 'America/St_Johns', 'Mars/Olympus'].map(isTimeZone)).toEqual([
    true,
    true,
    true,
    false,
  ]);
  expect(dateAt(new Date('2026-03-01T23:30:00Z'), 'Asia/Tokyo')).toEqual(new Date('2026-03-02T00:00:00Z'));
  expect(dateAt(new Date('1969-12-31T01:30:00Z'), 'America/New_York')).toEqual(new Date('1969-12-30T00:00:00Z'));
  expect(momentOf(new Date('2026-07-01'), '12:00', 'America/St_Johns')).toEqual(new Date('2026-07-01T14:30:00Z'));
});
