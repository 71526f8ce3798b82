/** While a job is blocked, its question's deadline and its grant's validity stand still. */
import type { Tx } from '../platform/platform.ts';
import { lockNewestOfDeployment, postpone } from './store.ts';

/** Moves an open question's deadline, or a grant's end, on by `seconds` of blocked time. */
export async function standStill(tx: Tx, deployment_id: string, seconds: number): Promise<void> {
  const approval = await lockNewestOfDeployment(tx, { deployment_id });
  if (approval === undefined) return;
  const later = (time: Date) => new Date(time.getTime() + seconds * 1000);
  const { id, state, deadline_at, valid_seconds, due_at } = approval;
  if (state === 'open') {
    const moved = later(deadline_at);
    await postpone(tx, { id, deadline_at: moved, valid_seconds, due_at: moved });
  } else if (state === 'granted') {
    await postpone(tx, { id, deadline_at, valid_seconds: valid_seconds + Math.ceil(seconds), due_at });
  }
}
