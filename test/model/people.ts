/** What people do in a run. */
import * as fc from 'fast-check';
import type { Caller } from '../../shared/access/caller.ts';
import { RegisterTool } from '../../shared/tools/tool.ts';
import { admin, asAgent, submitter } from '../road/town.ts';
import { definitions, heads, saidOf, type Definition } from './definitions.ts';
import * as model from './model.ts';
import type { Job, Road } from './model.ts';
import type { Muster } from './muster.ts';
import { choice, type Act } from './step.ts';
import { lastOf } from './view.ts';

/** More jobs than this would only make a run slower. */
const mostJobs = 4;

const stranger: Caller = { id: 'stan', kind: 'person', roles: ['submitter'], owner_id: null };
const petra: Caller = { id: 'petra', kind: 'person', roles: ['approver'], owner_id: null };
const callerOf = (id: string): Caller => [submitter, stranger, petra].find((person) => person.id === id) ?? asAgent(id);

/** Those that can start at once come more often. */
const definition = fc.constantFrom(
  ...definitions,
  ...definitions.slice(0, 6),
  ...definitions.slice(0, 5),
  ...definitions.slice(0, 2),
);
const job = fc.nat(mostJobs - 1);

/** A step on some job, where there is one. */
const onJob = <T>(values: fc.Arbitrary<T>, act: (value: T, job: Job, road: Readonly<Road>) => Act | undefined) =>
  choice(fc.tuple(job, values), ([at, value]) => (road) => {
    const jobs = lastOf(road.jobs);
    const found = jobs[at % Math.max(1, jobs.length)];
    return found && act(value, found, road);
  });

const submitting = (definition: Definition, key: number): Act => ({
  words: `sam submits ${definition.name} under the key of job ${key}`,
  model: (road) => model.submit(road, definition, key),
  muster: async ({ town, verbs, jobs }) => {
    const said = { definition: saidOf(definition), idempotency_key: `job ${key}` };
    const id = await verbs.submitJob(town.platform, submitter, said);
    if (!jobs.includes(id)) jobs.push(id);
    return jobs.indexOf(id);
  },
});

const submit = choice(
  fc.tuple(definition, fc.boolean(), fc.nat(4)),
  ([definition, isTwice, dice]) =>
    ({ ids }) =>
      ids < mostJobs ? { ...submitting(definition, ids), isTwice, isUnheard: dice === 0 } : undefined,
);

/** Under a key that was used before, long ago perhaps. */
const submitAgain = choice(
  fc.tuple(definition, job),
  ([definition, key]) =>
    ({ ids }) =>
      key < ids ? submitting(definition, key) : undefined,
);

const ballot = fc.record({
  voter: fc.constantFrom(...heads, 'petra', 'sam', 'writer', 'reader'),
  says: fc.oneof({ weight: 6, arbitrary: fc.constant('yes' as const) }, fc.constant('no' as const)),
  /** Undefined: what the question is about. */
  on: fc.option(definition, { nil: undefined, freq: 8 }),
  isTwice: fc.boolean(),
});

/** On the job's last question, which may be that of an earlier deployment. */
const vote = onJob(ballot, ({ voter, says, on, isTwice }, { id }, { jobs }) => {
  const asked = jobs.findLast((one) => one.id === id && one.question !== 'unasked');
  return asked && { ...voting(asked, voter, { says, on: on ?? asked.definition }), isTwice };
});

const voting = (asked: Job, voter: string, { says, on }: { says: 'yes' | 'no'; on: Definition }): Act => ({
  words: `${voter} votes ${says} on job ${asked.id} having read ${on.name}`,
  model: () => model.vote(asked, voter, { says, on }),
  muster: async ({ town, verbs, jobs, hashes }) => {
    const definition_sha256 = hashes.get(on.name) ?? '0'.repeat(64);
    const said = { decision: says, confidence: 0.9, reasoning: 'seen', evidence: [], definition_sha256 };
    return (await verbs.castBallot(town.platform, callerOf(voter), { job_id: jobs[asked.id] ?? '', ...said })).state;
  },
});

/** One who is asked and has not answered says yes. */
const agree = choice(job, (at) => ({ jobs }) => {
  const open = jobs.filter(({ question }) => question === 'open');
  const asked = open[at % Math.max(1, open.length)];
  const voter = [...heads, ...(asked?.priority === 1 ? ['petra'] : [])].find((id) => !asked?.ballots.has(id));
  return asked && voter !== undefined ? voting(asked, voter, { says: 'yes', on: asked.definition }) : undefined;
});

/** Mostly of one that runs. */
const cancel = onJob(fc.tuple(fc.constantFrom('sam', 'sam', 'sam', 'stan'), fc.nat(3)), ([by, dice], any, { jobs }) => {
  const job = dice === 0 ? any : (jobs.find(({ state }) => state === 'executing') ?? any);
  return {
    words: `${by} cancels job ${job.id}`,
    model: (road) => model.cancel(road, job, by),
    muster: async ({ town, verbs, jobs }) =>
      void (await verbs.cancelJob(town.platform, callerOf(by), { job_id: jobs[job.id] ?? '' })),
    isTwice: job.state === 'executing',
  };
});

const change = onJob(fc.tuple(definition, fc.nat(3), fc.nat(4)), ([to, behind, dice], job) => ({
  words: `sam changes job ${job.id} to ${to.name}${behind === 3 ? ', having read an older version' : ''}`,
  model: (road) => model.change(road, job, { to, isStale: behind === 3 }),
  muster: async ({ town, verbs, jobs, versions }) => {
    const if_match = `"${(versions[job.id] ?? 0) - (behind === 3 ? 1 : 0)}"`;
    await verbs.changeDefinition(town.platform, submitter, {
      job_id: jobs[job.id] ?? '',
      if_match,
      definition: saidOf(to),
    });
  },
  isUnheard: dice === 0,
}));

/** Mostly of a job that has ended. */
const retry = onJob(fc.tuple(fc.boolean(), fc.nat(9)), ([isTwice, dice], any, { jobs }) => {
  const ended = lastOf(jobs).find(({ state }) => !['submitted', 'awaiting_approval', 'executing'].includes(state));
  const job = dice === 0 ? any : ended;
  return (
    job && {
      words: `sam retries job ${job.id}`,
      model: (road) => model.retry(road, job),
      muster: async ({ town, verbs, jobs }) => {
        const said = { job_id: jobs[job.id] ?? '', idempotency_key: `deployment ${job.deployment} of ${job.id}` };
        await verbs.retryJob(town.platform, submitter, said);
      },
      isTwice,
      isUnheard: dice === 9,
    }
  );
});

const budget = choice(fc.constantFrom(0, 900, 2500, 10_000), (limit) => () => ({
  words: `the month may cost ${limit} micro-dollars`,
  model: (road) => void (road.limit = limit),
  muster: async ({ town, verbs }) =>
    void (await verbs.putBudget(town.platform, admin, { scope: 'month', limit_usd: limit / 1_000_000 })),
}));

const tool = choice(fc.constantFrom(true, true, false), (isThere) => () => ({
  words: isThere ? 'the tool is registered' : 'the tool is deleted',
  model: (road) => (isThere ? void road.there.add('tool:search') : model.deleteTool(road, 'tool:search')),
  muster: async ({ town: { platform }, verbs }: Muster) => {
    if (isThere) await verbs.registerTool(platform, admin, RegisterTool.parse({ name: 'search' }));
    else await verbs.deleteTool(platform, admin, { name: 'search' });
  },
  isTwice: isThere,
}));

export const peopleDo = { submit, submitAgain, vote, agree, cancel, change, retry, budget, tool };
