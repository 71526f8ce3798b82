/** A server that stops lets those who wait have their answer. */
import { expect, it } from 'vitest';
import type { Client } from '../../local/client.ts';
import { openTown, type Town } from '../journeys/town.ts';

/** Asks until the agent has been seen, which its claim says before it waits. */
async function seen(town: Town, id: string): Promise<void> {
  for (;;) {
    const { state } = await town.admin.get<{ state: string }>(`/v1/agents/${id}`);
    if (state === 'active') return;
  }
}

const claim = (worker: Client, id: string) =>
  worker.post(`/v1/agents/${id}/tasks/claim`, { wait_seconds: 20, claim_id: `claim-of-${id}` });

it('answers long polls that are open when it stops, empty and at once', async () => {
  const town = await openTown();
  await town.person('dan', []);
  const ids = ['first', 'second'];
  const waiting: Promise<unknown>[] = [];
  for (const id of ids) waiting.push(claim(await town.agent(id, { owner: 'dan' }), id));
  for (const id of ids) await seen(town, id);
  const feed = town.admin.get('/v1/events?after=1000&wait_seconds=20');
  await town.admin.get('/v1/deployment/statistics');
  const start = performance.now();
  await town.close();
  expect(await Promise.all(waiting)).toEqual([{ tasks: [] }, { tasks: [] }]);
  expect(await feed).toMatchObject({ items: [] });
  expect(performance.now() - start).toBeLessThan(1500); // what still waits after 2 s is cut
});
