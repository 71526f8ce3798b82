import { expect, test } from 'vitest';
import { messageOf, ringIn, ringOfTrigger } from '../../shared/platform/bells/message.ts';

const trace = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
const rung = { bell: 'execute', id: 'job_1', trace } as const;

test('what goes out as a message comes back as the ring that it was', () => {
  for (const ring of [rung, { ...rung, trace: null }]) {
    const { body, applicationProperties: properties } = messageOf(ring, 'fresh');
    expect(ringIn('execute', { body: body as unknown, properties })).toEqual(ring);
  }
  expect(messageOf(rung, 'fresh')).toMatchObject({ messageId: 'fresh', contentType: 'application/json' });
});

test.each([
  ['parsed', { id: 'job_1' }],
  ['as text', '{"id":"job_1"}'],
  ['as bytes', Buffer.from('{"id":"job_1"}')],
  ['with more in it', { id: 'job_1', messageId: 'x', applicationProperties: { traceparent: 'y' } }],
])('a trigger gets the ring from a body that comes %s', (_, body) => {
  expect(ringOfTrigger('execute', { body })).toEqual({ ...rung, trace: null });
});

test.each([
  ['a number, whose digits may be rounded', { id: 12_345 }],
  ['a number as text', '{"id":12345678901234567890}'],
  ['a bare text', '"job_1"'],
  ['no JSON', 'job_1'],
  ['an empty id', { id: '' }],
  ['an endless id', { id: 'x'.repeat(1001) }],
  ['an inherited id', Object.create({ id: 'job_1' })],
  ['a list', [{ id: 'job_1' }]],
  ['nothing', undefined],
  ['null', null],
])('%s is no ring', (_, body) => {
  expect(ringOfTrigger('execute', { body })).toBeUndefined();
});

test('an id of digits alone keeps them all', () => {
  expect(ringOfTrigger('wake', { body: '{"id":"12345678901234567890"}' })?.id).toBe('12345678901234567890');
});

test.each([
  ['as they were sent', { traceparent: trace, 'Diagnostic-Id': trace }, trace],
  ['in another case', { 'diagnostic-Id': trace }, trace],
  ['as text', JSON.stringify({ Traceparent: trace }), trace],
  ['with a trace that is none', { traceparent: '1', 'Diagnostic-Id': trace }, trace],
  ['with a number for a trace', { traceparent: 7 }, null],
  ['overridden by a member of the body', 'gone', null],
  ['not at all', undefined, null],
])('properties may come %s', (_, applicationProperties, expected) => {
  const triggerMetadata = { id: 'another', messageId: 'm', deliveryCount: 1, applicationProperties };
  expect(ringOfTrigger('execute', { body: { id: 'job_1' }, triggerMetadata })).toEqual({ ...rung, trace: expected });
});
