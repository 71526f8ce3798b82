/** A stream of events that verifies, to be spoiled. */
import { eventHash, genesis, type Event } from '../../shared/events/chain.ts';
import { ChainCheck, type BadLine } from '../../shared/events/verify.ts';

export function follow(stream: string, previous: string, number: number): Event {
  const at = new Date(Date.UTC(2026, 2, 1, 12, 0, number));
  const content = { stream, number, type: 'moved', at, actor: 'ann', trace: null, data: { step: number } };
  return { ...content, hash: eventHash(previous, content) };
}

export function aChain(stream: string, length: number): Event[] {
  const events: Event[] = [];
  for (let number = 1; number <= length; number++) events.push(follow(stream, events.at(-1)?.hash ?? genesis, number));
  return events;
}

/** The first bad line of these events, if there is one. */
export function verified(events: readonly (Event | undefined)[]): BadLine | undefined {
  const check = new ChainCheck();
  for (const event of events) {
    if (event === undefined) throw new Error('the test names an event that it has not made');
    const bad = check.add(event);
    if (bad !== undefined) return bad;
  }
  return undefined;
}
