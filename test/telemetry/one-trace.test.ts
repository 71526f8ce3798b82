/** What is done for a job is of its trace, whoever brought it on, and whether or not somebody listens. */
import { afterEach, describe, expect, test } from 'vitest';
import { stages } from '../../functions/stages.ts';
import { withTrace } from '../../shared/platform/context.ts';
import { openTown, submitter, type Town } from '../road/town.ts';
import { startRecording } from './recording.ts';

const traceOf = (digit: number) => `00-${String(digit).repeat(32)}-${String(digit).repeat(16)}-01`;
const idOf = (digit: number) => String(digit).repeat(32);

let town: Town;
afterEach(() => town.close());

const eventsOf = (id: string) =>
  town.sql<{ type: string; trace: string }>('select type, trace from events where stream = ? order by number', id);

/** Every event of a job, by the trace id that it names. */
const tracesOf = async (id: string) => new Set((await eventsOf(id)).map(({ trace }) => trace.split('-')[1]));

/** Submitted by one, approved by another, worked by a third. */
async function ended(submitted: number): Promise<string> {
  const id = await withTrace(traceOf(submitted), () => town.submit());
  await town.settle();
  await withTrace(traceOf(8), () => town.approve(id));
  await town.settle();
  await withTrace(traceOf(9), () => town.work());
  await town.settle();
  expect((await town.answer(id)).state).toBe('succeeded');
  return id;
}

describe('the record of a job', () => {
  test('names one trace from submit to learn', async () => {
    town = await openTown();
    const id = await ended(1);
    expect((await eventsOf(id)).map(({ type }) => type)).toContain('learned');
    expect(await tracesOf(id)).toEqual(new Set([idOf(1)]));
  });

  test('also where the sweep rang', async () => {
    town = await openTown();
    const id = await withTrace(traceOf(1), () => town.submit());
    town.lose();
    await town.pass(2);
    await town.sweep();
    expect((await town.answer(id)).state).toBe('awaiting_approval');
    expect(await tracesOf(id)).toEqual(new Set([idOf(1)]));
  });

  test('keeps what others do by themselves in their own trace', async () => {
    town = await openTown();
    const id = await withTrace(traceOf(1), () => town.submit());
    await town.settle();
    await withTrace(traceOf(5), () => town.cancel(id));
    const events = await eventsOf(id);
    expect(events.at(-1)?.trace.split('-')[1]).toBe(idOf(5));
  });
});

describe('while somebody listens', () => {
  test('jobs that are learned from together have a span each in their own trace, linked to that of the batch', async () => {
    const recording = startRecording();
    town = await openTown({}, { recorder: recording.recorder });
    await town.platform.telemetry.open();
    const jobs = [];
    for (const digit of [1, 2]) jobs.push(await withTrace(traceOf(digit), () => town.submit({}, { by: submitter })));
    await town.settle();
    for (const id of jobs) await withTrace(traceOf(8), () => town.approve(id));
    await town.settle();
    await withTrace(traceOf(9), () => town.work());
    await town.settle();
    const learned = recording.named('learnFromJob');
    expect(learned.map(({ trace }) => trace)).toEqual(expect.arrayContaining([idOf(1), idOf(2)]));
    const batch = learned.filter(({ kind }) => kind === 'consumer').map(({ trace }) => trace);
    for (const { trace, links } of learned.filter(({ kind }) => kind === 'internal')) {
      expect([trace, links]).toEqual([idOf(1), [idOf(2)]]);
      expect(batch).toContain(links[0]);
    }
  });

  test('a stage that meets a refusal tells its code, and a fault its kind', async () => {
    const recording = startRecording();
    town = await openTown({}, { recorder: recording.recorder });
    await town.platform.telemetry.open();
    await expect(stages.execute.run(town.platform, 'job_of_nobody')).resolves.toBeUndefined();
    expect(recording.named('executeJob')).toMatchObject([{ attributes: { 'muster.refusal': 'lost_race' } }]);
    expect(await recording.measured('muster.stage.duration')).toMatchObject([
      { attributes: { 'muster.stage': 'executeJob', 'muster.refusal': 'lost_race' } },
    ]);
  });

  test('tokens of an attempt that was lost are told when its task is taken back', async () => {
    const recording = startRecording();
    town = await openTown({}, { recorder: recording.recorder });
    await town.platform.telemetry.open();
    await town.started({ max_retries: 3 });
    const lost = await town.one('writer');
    await town.progress('writer', lost, { input_tokens: 300, output_tokens: 7 });
    const sums = async () =>
      (await recording.measured('gen_ai.client.token.usage')).map(({ attributes, sum }) => [
        attributes['gen_ai.token.type'],
        sum,
      ]);
    expect(await sums()).toEqual([]);
    town.held.delete('writer');
    await town.pass(30);
    await town.beat('writer'); // it does not list the task any more
    await town.pass(30);
    await town.sweep();
    expect(await sums()).toEqual([
      ['input', 300],
      ['output', 7],
    ]);
  });
});
