/** Bugs that a model must catch: a verb that is called otherwise, or a statement that says something else. */
import { CompiledQuery } from 'kysely';
import { castBallot } from '../../shared/approvals/cast-ballot.ts';
import type { Engine } from '../../shared/platform/database/transactions.ts';
import { submitJob } from '../../shared/road/submit.ts';
import { heartbeat } from '../../shared/tasks/heartbeat.ts';
import { openMuster, type Muster, type verbs } from './muster.ts';

interface Bug {
  verbs?: Partial<typeof verbs>;
  /** Statements in which `from` stands say `to` instead. */
  says?: { from: string | RegExp; to: string };
}

const newestHash = (job_id: string) =>
  CompiledQuery.raw('select definition_sha256 from approvals where job_id = ? order by opened_at desc limit 1', [
    job_id,
  ]);

export const bugs: Record<string, Bug> = {
  'the hash of a ballot is not checked': {
    verbs: {
      castBallot: async (platform, caller, ballot) => {
        const [row] = await platform.db.read.run<{ definition_sha256: string }>(newestHash(ballot.job_id));
        return castBallot(platform, caller, { ...ballot, ...row });
      },
    },
  },
  'an idempotency key is forgotten': {
    verbs: { submitJob: (platform, caller, { definition }) => submitJob(platform, caller, { definition }) },
  },
  'a heartbeat lists nothing': {
    verbs: { heartbeat: (platform, caller, beat) => heartbeat(platform, caller, { ...beat, fences: [] }) },
  },
  'a budget is read, and then written': {
    says: { from: '+ ? <= "limit_micros"', to: '+ 0 * ? <= "limit_micros"' },
  },
  'a task is completed without its fence': {
    says: { from: /(?<="output" = .*"fence") = \?(?= and "holder_id")/s, to: ' >= ?' },
  },
  'a lease that ran out keeps its fence': {
    says: { from: /then 1 else 0 end(?=, "place")/, to: 'then 0 else 0 end' },
  },
  'a release counts the attempt': {
    says: { from: '"attempts" = "attempts" - ?', to: '"attempts" = "attempts" - 0 * ?' },
  },
  'what is told to stop is renewed': {
    says: { from: '"stop_reason" is null and "lease_until" >', to: '"lease_until" >' },
  },
  'an attempt forgets what those before have cost': {
    says: { from: '"earlier_budget_micros" = earlier_budget_micros +', to: '"earlier_budget_micros" = 0 *' },
  },
  'the most urgent task does not come first': {
    says: { from: /"first"\."priority", (?="first")/g, to: '' },
  },
  'a grant stays after its use': {
    says: {
      from: /(?<=update "approvals" set .*)"state" = \?(?=, "granted_at")/,
      to: `"state" = replace(?, 'consumed', 'granted')`,
    },
  },
};

/** The Muster with this bug in it. */
export const openWith = ({ verbs, says }: Bug): Promise<Muster> =>
  openMuster(says === undefined ? {} : { engine: (real) => saying(real, says) }, verbs);

function saying(real: Engine, { from, to }: NonNullable<Bug['says']>): Engine {
  const said = <Row>(query: CompiledQuery<Row>): CompiledQuery<Row> => ({ ...query, sql: query.sql.replace(from, to) });
  return {
    ...real,
    atomically: (work) => real.atomically((run, at) => work((query) => run(said(query)), at)),
    together: (queries) => real.together(queries.map(said)),
  };
}
