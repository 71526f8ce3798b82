/** What people do in a run: submit, vote, cancel, change, retry, set budgets and tools. */
import * as fc from 'fast-check';
import type { Caller } from '../../shared/access/caller.ts';
import { RegisterTool } from '../../shared/tools/tool.ts';
import { admin, asAgent, submitter } from '../road/town.ts';
import { heads, type Job, type JobState, type Road } from './data.ts';
import { definitions, saidOf } from './definitions.ts';
import type { Muster } from './muster.ts';
import * as model from './requests.ts';
import { choice, type Choice } from './step.ts';

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
const key = fc.constantFrom(undefined, undefined, undefined, undefined, undefined, 'k1', 'k2');
const job = fc.nat(mostJobs - 1);

/** A step on some job, where there is one. */
const onJob = <T>(values: fc.Arbitrary<T>, act: (value: T, job: Job, road: Readonly<Road>) => ReturnType<Choice>) =>
  choice(fc.tuple(job, values), ([at, value]) => (road) => {
    const { jobs } = road;
    const found = jobs[at % Math.max(1, jobs.length)];
    return found && act(value, found, road);
  });

const submit = choice(fc.tuple(definition, key), ([definition, key]) => ({ jobs, keys }) => {
  if (jobs.length >= mostJobs && keys[`submit ${key}`] === undefined) return undefined;
  return {
    words: `sam submits ${definition.name}${withKey(key)}`,
    model: (road) => model.submit(road, definition, key),
    muster: async (muster) => {
      const said = { definition: saidOf(definition), idempotency_key: key };
      const id = await muster.verbs.submitJob(muster.town.platform, submitter, said);
      if (!muster.jobs.includes(id)) muster.jobs.push(id);
      return muster.jobs.indexOf(id);
    },
  };
});

const withKey = (key: string | undefined) => (key === undefined ? '' : ` with the key ${key}`);

const voter = fc.constantFrom(...heads, 'petra', 'sam', 'writer', 'reader');
const ballot = fc.record({
  voter,
  says: fc.oneof(
    { weight: 6, arbitrary: fc.constant('yes' as const) },
    { weight: 1, arbitrary: fc.constant('no' as const) },
  ),
  /** Undefined: what the question is about. */
  on: fc.option(definition, { nil: undefined, freq: 8 }),
});

const vote = onJob(ballot, ({ voter, says, on }, job, { questions }) => {
  if (on === undefined && questions.every((asked) => asked.job !== job.id)) return undefined;
  const read = on ?? questions.findLast((asked) => asked.job === job.id)?.definition ?? job.definition;
  return {
    words: `${voter} votes ${says} on job ${job.id} having read ${read.name}`,
    model: (road) => model.vote(road, job, { voter, says, on: read }),
    muster: async ({ town, verbs, jobs, hashes }) => {
      const definition_sha256 = hashes.get(read.name) ?? '0'.repeat(64);
      const said = { decision: says, confidence: 0.9, reasoning: 'seen', evidence: [], definition_sha256 };
      return (await verbs.castBallot(town.platform, callerOf(voter), { job_id: idOf(jobs, job), ...said })).state;
    },
  };
});

/** All who are asked say yes, one after the other. */
const agree = choice(job, (at) => ({ questions }) => {
  const open = questions.filter(({ state }) => state === 'open');
  const question = open[at % Math.max(1, open.length)];
  const asked = question?.groups.flatMap(({ voters }) => voters).find((voter) => question.ballots[voter] === undefined);
  if (question === undefined || asked === undefined) return undefined;
  return {
    words: `${asked} agrees to job ${question.job}`,
    model: (road) =>
      model.vote(road, road.jobs[question.job] as Job, { voter: asked, says: 'yes', on: question.definition }),
    muster: async ({ town, verbs, jobs, hashes }) => {
      const definition_sha256 = hashes.get(question.definition.name) ?? '';
      const said = { decision: 'yes' as const, confidence: 0.9, reasoning: 'seen', evidence: [], definition_sha256 };
      return (await verbs.castBallot(town.platform, callerOf(asked), { job_id: jobs[question.job] ?? '', ...said }))
        .state;
    },
  };
});

const cancel = onJob(fc.constantFrom('sam', 'sam', 'sam', 'stan'), (by, job) => ({
  words: `${by} cancels job ${job.id}`,
  model: (road) => model.cancel(road, job, by),
  muster: async ({ town, verbs, jobs }) =>
    void (await verbs.cancelJob(town.platform, callerOf(by), { job_id: idOf(jobs, job) })),
}));

const change = onJob(fc.tuple(definition, fc.constantFrom(0, 0, 0, 1)), ([to, behind], job) => {
  const version = job.version - behind;
  return {
    words: `sam changes job ${job.id}, as read in version ${version}, to ${to.name}`,
    model: (road) => model.change(road, job, { to, version }),
    muster: async ({ town, verbs, jobs }) => {
      const said = { job_id: idOf(jobs, job), if_match: `"${version}"`, definition: saidOf(to) };
      await verbs.changeDefinition(town.platform, submitter, said);
    },
  };
});

/** Mostly of a job that has ended. */
const retry = onJob(fc.tuple(key, fc.nat(9)), ([key, dice], any, { jobs }) => {
  const job = dice === 0 ? any : jobs.find(({ state }) => isEnd(state));
  return (
    job && {
      words: `sam retries job ${job.id}${withKey(key)}`,
      model: (road) => model.retry(road, job, key),
      muster: async ({ town, verbs, jobs }) =>
        jobs.indexOf(await verbs.retryJob(town.platform, submitter, { job_id: idOf(jobs, job), idempotency_key: key })),
    }
  );
});

const isEnd = (state: JobState) => ['succeeded', 'failed', 'rejected', 'expired', 'cancelled'].includes(state);

const budget = choice(fc.constantFrom(0, 900, 2500, 10_000), (limit) => () => ({
  words: `the month may cost ${limit} micro-dollars`,
  model: (road) => model.setBudget(road, limit),
  muster: async ({ town, verbs }) =>
    void (await verbs.putBudget(town.platform, admin, { scope: 'month', limit_usd: limit / 1_000_000 })),
}));

const tool = choice(fc.constantFrom(true, true, false), (isThere) => () => ({
  words: isThere ? 'the tool is registered' : 'the tool is deleted',
  model: (road) => (isThere ? model.registerTool(road) : model.deleteTool(road)),
  muster: async ({ town: { platform }, verbs }) => {
    if (isThere) await verbs.registerTool(platform, admin, RegisterTool.parse({ name: 'search' }));
    else await verbs.deleteTool(platform, admin, { name: 'search' });
  },
}));

const idOf = (jobs: Muster['jobs'], { id }: Job): string => jobs[id] ?? '';

export const peopleDo = { submit, vote, agree, cancel, change, retry, budget, tool };
