import { afterEach, beforeEach, expect, test } from 'vitest';
import { hear } from '../../functions/hear.ts';
import { openTown, type Town } from '../road/town.ts';

let town: Town;
beforeEach(async () => void (town = await openTown()));
afterEach(() => town.close());

const trace = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
const triggerMetadata = { messageId: 'm', deliveryCount: 1, applicationProperties: { 'diagnostic-Id': trace } };

test('a message from the queue of a bell wakes its stage, in the trace of whoever rang', async () => {
  const id = await town.submit();
  town.lose();
  await hear(town.platform, 'estimate', { body: { id }, triggerMetadata });
  expect(await town.state(id)).toBe('estimated');
  expect(town.world.rung).toMatchObject([{ bell: 'validate', id, trace }]);
});

test('a message that is no bell is dropped with a line in the log', async () => {
  await hear(town.platform, 'estimate', { body: { id: 7 }, triggerMetadata });
  expect(town.world.logged.map(({ msg }) => msg)).toContain('a message is no bell; it is dropped');
});

test('what a stage throws does not reach the host, which would hand the message over again at once', async () => {
  const id = await town.submit();
  await town.close();
  await hear(town.platform, 'estimate', { body: { id }, triggerMetadata });
  expect(town.world.logged.map(({ msg }) => msg)).toContain('a stage threw; its row is due again soon');
});
