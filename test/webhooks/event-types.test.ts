import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { eventTypes, isPattern, matches, subscribable, typeOf } from '../../shared/webhooks/event-types.ts';

const event = (stream: string, type: string, data = {}) => ({ stream, type, data });

describe('a line of the record is', () => {
  it.each([
    [event('job_1', 'submitted', { to: 'submitted' }), 'job.submitted'],
    [event('job_1', 'learned', { to: 'succeeded' }), 'job.succeeded'],
    [event('job_1', 'gave_up', { to: 'failed' }), 'job.failed'],
    [event('job_1', 'cancelled', { to: 'cancelled' }), 'job.cancelled'],
    [event('job_1', 'archived', { from: 'failed', to: 'failed' }), undefined],
    [event('job_1', 'tasks_ended', { to: 'executing' }), undefined],
    [event('approval_1', 'opened'), 'approval.asked'],
    [event('approval_1', 'ballot_cast', { settled: null }), undefined],
    [event('approval_1', 'ballot_cast', { settled: 'rejected' }), 'approval.rejected'],
    [event('approval_1', 'counted', { settled: 'granted' }), 'approval.granted'],
    [event('approval_1', 'consumed'), undefined],
    [event('agent:writer', 'escalated'), 'agent.escalated'],
    [event('agent:writer', 'changed'), undefined],
    [event('webhook_1', 'disabled'), 'webhook.disabled'],
    [event('principal:sam', 'key_issued'), undefined],
    [event('agent:x', 'toString'), undefined],
  ])('%j: %s', (line, type) => expect(typeOf(line)).toBe(type));
});

it('everything, everything of one kind, or one type can be asked for', () => {
  expect(matches('*', 'job.failed')).toBe(true);
  expect(matches('job.*', 'job.failed')).toBe(true);
  expect(matches('job.*', 'approval.asked')).toBe(false);
  expect(matches('job.failed', 'job.failed')).toBe(true);
  expect(['*', 'budget.*', 'job.failed', 'job.none', 'none.*', 'webhook.ping'].map(isPattern)).toEqual([
    ...[true, true, true],
    ...[false, false, false],
  ]);
});

it('docs/webhooks.md names every type, and shows the verifier as it is', () => {
  const page = readFileSync(new URL('../../docs/webhooks.md', import.meta.url), 'utf8');
  for (const type of subscribable) expect(page).toContain(`\`${type}\``);
  const verifier = readFileSync(new URL('../../examples/webhooks/verify.ts', import.meta.url), 'utf8');
  expect(page).toContain(`\`\`\`ts\n${verifier}\`\`\``);
  expect(Object.keys(eventTypes)).toHaveLength(subscribable.length + 1);
});
