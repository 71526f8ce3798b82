/**
 * Nothing executes without an approval for the SHA-256 of that exact definition, granted as its policy requires, each
 * ballot from a distinct eligible voter, never the requester or an agent of the job; one approval starts one deployment.
 */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { busyRun, type Busy } from './busy.ts';

interface Run {
  deployment_id: string;
  submitter_id: string;
  definition: {
    primary_agent: string;
    supporting_agents: string[];
    environment: string;
    priority: number;
    category: string;
  };
  approval_id: string | null;
  definition_sha256: string;
  workflow_name: string;
  cost_ceiling_micros: number;
  granted_at: Date;
}

interface BallotRow {
  voter_id: string;
  owner_id: string | null;
  kind: string;
  roles: string[];
  role: string | null;
  categories: string[] | null;
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, part]) => `${JSON.stringify(name)}:${canonical(part)}`).join(',')}}`;
}

/** Heads and people that must have said yes. */
const policies: Record<string, [heads: number, people: number]> = { standard: [2, 0], critical: [3, 1] };

describe.each([81, 82, 83])('in the run of seed %i', (seed) => {
  let busy: Busy;
  beforeAll(async () => {
    busy = await busyRun({ seed });
  }, 60_000);
  afterAll(() => busy.close());

  /** Every deployment that has tasks, or that the record says was started, with its one used approval. */
  const runs = () =>
    busy.town.sql<Run>(`select d.id deployment_id, j.submitter_id, d.definition, a.id approval_id, a.definition_sha256,
        a.workflow_name, a.cost_ceiling_micros, a.granted_at
      from deployments d join jobs j on j.id = d.job_id
      left join approvals a on a.deployment_id = d.id and a.state = 'consumed'
      where exists (select 1 from tasks where tasks.deployment_id = d.id)
        or exists (select 1 from reservations where reservations.deployment_id = d.id)`);

  const yesOf = (approval_id: string) =>
    busy.town.sql<BallotRow>(
      `select b.voter_id, p.owner_id, p.kind, p.roles, g.role, g.categories from ballots b
       join principals p on p.id = b.voter_id left join agents g on g.id = b.voter_id
       where b.approval_id = ? and b.decision = 'yes'`,
      approval_id,
    );

  async function wrongWith(run: Run): Promise<string[]> {
    if (run.approval_id === null) return [`${run.deployment_id} has no approval`];
    const { definition, cost_ceiling_micros } = run;
    const question = {
      definition,
      environment: definition.environment,
      cost_ceiling_usd: cost_ceiling_micros / 1_000_000,
    };
    const wrong: string[] = [];
    if (createHash('sha256').update(canonical(question)).digest('hex') !== run.definition_sha256)
      wrong.push('another definition');
    const [heads, people] = policies[run.workflow_name] ?? [Infinity, Infinity];
    if (definition.priority <= 2 && run.workflow_name !== 'critical') wrong.push('too weak a policy');
    const yes = await yesOf(run.approval_id);
    const involved = [run.submitter_id, definition.primary_agent, ...definition.supporting_agents];
    if (yes.some(({ voter_id, owner_id }) => involved.includes(voter_id) || involved.includes(owner_id ?? '')))
      wrong.push('an involved voter');
    const owners = (fits: (row: BallotRow) => boolean) =>
      new Set(yes.filter(fits).map(({ voter_id, owner_id }) => owner_id ?? voter_id)).size;
    const isHead = ({ role, categories }: BallotRow) =>
      role === 'category_head' && categories?.includes(definition.category) === true;
    if (owners(isHead) < heads) wrong.push('too few heads');
    if (owners(({ kind, roles }) => kind === 'person' && roles.includes('approver')) < people)
      wrong.push('too few people');
    return wrong.map((what) => `${run.deployment_id}: ${what}`);
  }

  const allWrong = async () => (await Promise.all((await runs()).map(wrongWith))).flat();

  test('everything that ran was approved as its policy requires, for exactly what it is', async () => {
    expect((await runs()).length).toBeGreaterThan(15);
    const used = new Set((await runs()).map(({ workflow_name }) => workflow_name));
    expect(used).toEqual(new Set(['standard', 'critical']));
    expect(await allWrong()).toEqual([]);
  });

  test('one approval started one deployment', async () => {
    const started = await busy.town.sql<{ n: number }>("select count(*) n from events where type = 'started'");
    const consumed = await busy.town.sql<{ n: number }>("select count(*) n from events where type = 'consumed'");
    expect(started).toEqual(consumed);
    expect(started[0]?.n).toBe((await runs()).length);
    const named = await busy.town.sql(
      "select data from events where type = 'approved' group by data ->> 'approval_id' having count(*) > 1",
    );
    expect(named).toEqual([]);
  });

  test('what ran unapproved would be found', async () => {
    const { town } = busy;
    const before = (await runs())[0];
    await town.tamper(
      "update deployments set definition = json_set(definition, '$.job_description', 'evil') where id = ?",
      before?.deployment_id,
    );
    expect(await allWrong()).toEqual([`${before?.deployment_id}: another definition`]);
    await town.tamper('delete from ballots where approval_id = ?', before?.approval_id);
    expect(await allWrong()).toContain(`${before?.deployment_id}: too few heads`);
    await town.tamper("update approvals set state = 'voided' where id = ?", before?.approval_id);
    expect(await allWrong()).toEqual([`${before?.deployment_id} has no approval`]);
  });
});
