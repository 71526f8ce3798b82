import { afterAll, beforeAll, expect, test } from 'vitest';
import { aStreamHasNoGapAndItsChainVerifies } from './a-stream-has-no-gap-and-its-chain-verifies.ts';
import { eachTransitionHasExactlyOneEvent } from './each-transition-has-exactly-one-event.ts';
import { Lives } from './lives.ts';

let lives: Lives;
beforeAll(async () => {
  lives = await Lives.open([eachTransitionHasExactlyOneEvent, aStreamHasNoGapAndItsChainVerifies]);
}, 60_000);
afterAll(() => lives.close());

const ended = "select 1 from jobs where state = 'succeeded'";

test('every transition is told, as it was, by one event, and every chain is whole', async () => {
  expect(await lives.until(ended)).toEqual([]);
  expect(await lives.until("select 1 from agents where state = 'retired' or version > 1")).toEqual([]);
});

test('a forged line would be found, and a lost one', async () => {
  await lives.until(ended);
  expect(lives.tampered("update events set actor = 'eve' where type = 'started'")).toContainEqual(
    expect.stringMatching(/^job_.* is broken at/),
  );
  expect(lives.tampered("delete from events where type = 'learned'")).toContainEqual(
    expect.stringContaining('is not where its record is'),
  );
  expect(
    lives.tampered('update deployments set number = 1', "delete from events where type = 'submitted'"),
  ).toContainEqual(expect.stringContaining('is broken at 2'));
});

test('a change without an event would be found, an event too many, and one that tells it otherwise', async () => {
  await lives.until(ended);
  const stamp = "'2026-03-01T00:00:00.000Z', 'eve', null, '{}', 'hash'";
  const late = `insert into events select null, id, version + 5, 'moved', ${stamp} from jobs`;
  expect(lives.tampered(late)).toContainEqual(expect.stringContaining('goes to'));
  expect(lives.tampered("update jobs set state = 'executing'")).toContainEqual(
    expect.stringContaining('which is not told'),
  );
  expect(lives.tampered('update jobs set version = version + 1')).toContainEqual(
    expect.stringContaining('has no event'),
  );
});
