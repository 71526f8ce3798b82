/**
 * A Muster in memory with people, heads, workers and tools, whose jobs go the road by the real verbs. Nothing moves
 * between two calls of `settle` but the clock.
 */
import { CompiledQuery, sql } from 'kysely';
import schema from '../../shared/platform/database/azure-sql/columns.json' with { type: 'json' };
import type { z } from 'zod';
import { stages } from '../../functions/stages.ts';
import { writePrincipal } from '../../shared/access/change-principal.ts';
import type { Caller, Role } from '../../shared/access/caller.ts';
import type { RegisterAgent } from '../../shared/agents/agent.ts';
import type { Ballot } from '../../shared/approvals/approval.ts';
import { castBallot } from '../../shared/approvals/cast-ballot.ts';
import { JobDefinition } from '../../shared/jobs/definition.ts';
import type { Job } from '../../shared/jobs/job.ts';
import type { BellName } from '../../shared/platform/platform.ts';
import { RegisterResource } from '../../shared/resources/resource.ts';
import { registerResource } from '../../shared/resources/register-resource.ts';
import { cancelJob } from '../../shared/road/cancel.ts';
import type { JobAnswer } from '../../shared/road/job-answer.ts';
import { getJob } from '../../shared/road/read.ts';
import { changeDefinition, retryJob } from '../../shared/road/redeploy.ts';
import { ringDueWork } from '../../shared/road/ring-due-work.ts';
import { submitJob } from '../../shared/road/submit.ts';
import { claimTasks, type Claim } from '../../shared/tasks/claim.ts';
import { completeTask } from '../../shared/tasks/complete.ts';
import { failTask } from '../../shared/tasks/fail.ts';
import { heartbeat } from '../../shared/tasks/heartbeat.ts';
import type { ClaimedTask, HeartbeatAnswer } from '../../shared/tasks/lease.ts';
import { reportProgress } from '../../shared/tasks/progress.ts';
import { registerAgent } from '../../shared/tasks/register-agent.ts';
import { releaseTask } from '../../shared/tasks/release.ts';
import { UsageReport, type SettledAnswer } from '../../shared/tasks/report.ts';
import type { Task } from '../../shared/tasks/task.ts';
import { RegisterTool } from '../../shared/tools/tool.ts';
import { registerTool } from '../../shared/tools/register-tool.ts';
import { openWorld, type Answer, type World, type WorldOptions } from '../world.ts';

export const admin: Caller = { id: 'ada', kind: 'person', roles: ['admin'], owner_id: null };
export const submitter: Caller = { id: 'sam', kind: 'person', roles: ['submitter'], owner_id: null };
export const asAgent = (id: string): Caller => ({ id, kind: 'agent', roles: ['worker'], owner_id: 'ops' });

export type Asked = Partial<z.input<typeof JobDefinition>>;
export type Usage = z.input<typeof UsageReport>;

/** What bells wake, as in production. */
export const answerBells: Answer = (platform, { bell, id }) => stages[bell].run(platform, id);

export const definition = (more: Asked = {}): JobDefinition =>
  JobDefinition.parse({
    job_name: 'report',
    job_description: 'Write a report about the month',
    category: 'data',
    primary_agent: 'writer',
    ...more,
  });

/** Heads of `data` have owners of their own. */
const heads = ['hanna', 'hugo', 'heidi'] as const;
const workers = ['writer', 'reader', 'checker'] as const;

export class Town {
  readonly world: World;
  /** What each agent believes to hold. */
  readonly held = new Map<string, ClaimedTask[]>();
  /** Those that call in while time passes. */
  readonly beating = new Set<string>();

  constructor(world: World) {
    this.world = world;
  }

  get platform() {
    return this.world.platform;
  }

  close = () => this.world.close();
  settle = () => this.world.settle();

  /** Rows of a statement, past every store. */
  async sql<Row>(text: string, ...parameters: unknown[]): Promise<Row[]> {
    const rows = await this.platform.db.read.run<Row>(this.#said(text, parameters));
    return this.platform.config.AZURE_SQL_SERVER === undefined ? rows : rows.map(parsed);
  }

  /** Changes rows behind everybody's back. */
  async tamper(text: string, ...parameters: unknown[]): Promise<void> {
    await this.platform.db.transaction('tamper', (tx) => tx.run(this.#said(text, parameters)));
  }

  /** With the parameters where the text has question marks, as the database names them. */
  #said<Row>(text: string, parameters: unknown[]): CompiledQuery<Row> {
    const parts = text.split('?');
    const strings = Object.assign(parts, { raw: parts }) as readonly string[] as TemplateStringsArray;
    const compiled = sql(strings, ...parameters).compile(this.platform.db.read.builder);
    return CompiledQuery.raw(compiled.sql, [...compiled.parameters]);
  }

  person(id: string, ...roles: Role[]): Promise<void> {
    const principal = { id, kind: 'person' as const, name: id, roles, owner_id: null, actor: admin.id };
    return this.platform.db.transaction('person', (tx) => writePrincipal(tx, principal));
  }

  async agent(id: string, said: RegisterAgent = {}): Promise<string | null> {
    const { endpoint_secret } = await registerAgent(this.platform, admin, {
      ...{ agent_id: id, owner_id: 'ops', max_concurrent_tasks: 10 },
      ...said,
    });
    this.beating.add(id);
    await this.beat(id);
    return endpoint_secret;
  }

  async head(id: string, { category = 'data', ...said }: RegisterAgent & { category?: string } = {}) {
    const owner_id = said.owner_id ?? `owner_of_${id}`;
    await this.person(owner_id);
    return this.agent(id, { role: 'category_head', categories: [category], ...said, owner_id });
  }

  async beat(id: string): Promise<HeartbeatAnswer> {
    const held = this.held.get(id) ?? [];
    const fences = held.map(({ task_id, fence }) => ({ task_id, fence }));
    const answer = await heartbeat(this.platform, asAgent(id), { agent_id: id, fences });
    const lost = new Set(answer.invalid.map(({ task_id }) => task_id));
    this.held.set(
      id,
      held.filter(({ task_id }) => !lost.has(task_id)),
    );
    return answer;
  }

  tool = (name: string, more: Partial<z.input<typeof RegisterTool>> = {}) =>
    registerTool(this.platform, admin, RegisterTool.parse({ name, ...more }));

  resource = (name: string, capacity: number, more: Partial<z.input<typeof RegisterResource>> = {}) => {
    const said = { name, resource_type: 'compute', unit: 'cores', capacity, ...more };
    return registerResource(this.platform, admin, RegisterResource.parse(said));
  };

  submit = (more: Asked = {}, { by = submitter, key }: { by?: Caller; key?: string } = {}): Promise<string> =>
    submitJob(this.platform, by, { definition: definition(more), idempotency_key: key });

  /** Submitted, and as far as it comes by itself. */
  async submitted(more: Asked = {}, by?: { by?: Caller; key?: string }): Promise<string> {
    const id = await this.submit(more, by);
    await this.settle();
    return id;
  }

  /** Submitted, approved and started. */
  async started(more: Asked = {}): Promise<string> {
    const id = await this.submitted(more);
    await this.approve(id);
    return id;
  }

  async job(id: string): Promise<Job> {
    const [row] = await this.sql<Job>('select * from jobs where id = ?', id);
    if (row === undefined) throw new Error(`no job ${id}`);
    return row;
  }

  state = async (id: string): Promise<string> => (await this.job(id)).state;
  answer = (id: string, by: Caller = submitter): Promise<JobAnswer> => getJob(this.platform, by, { job_id: id });

  /** The tasks of its present deployment, by name. */
  async tasks(id: string): Promise<Record<string, Task>> {
    const of = 'select tasks.* from tasks join jobs on jobs.deployment_id = tasks.deployment_id where jobs.id = ?';
    return Object.fromEntries((await this.sql<Task>(of, id)).map((task) => [task.name, task]));
  }

  /** Types of the events of a stream, in order. */
  events = async (stream: string): Promise<string[]> =>
    (await this.sql<{ type: string }>('select type from events where stream = ? order by number', stream)).map(
      ({ type }) => type,
    );

  async vote(id: string, voter: string, said: Partial<Ballot> & { by?: Caller } = {}) {
    const { by = asAgent(voter), ...ballot } = said;
    const { approval } = await this.answer(id, admin);
    return castBallot(this.platform, by, {
      ...{ job_id: id, definition_sha256: approval?.definition_sha256 ?? '' },
      ...{ decision: 'yes' as const, confidence: 0.9, reasoning: 'seen', evidence: [] },
      ...ballot,
    });
  }

  async approve(id: string, voters: readonly string[] = heads.slice(0, 2)): Promise<void> {
    for (const voter of voters) await this.vote(id, voter);
    await this.settle();
  }

  async claim(agent: string, asked: Partial<Claim> = {}): Promise<ClaimedTask[]> {
    const input = { agent_id: agent, max: 1, wait_seconds: 0, ...asked };
    const { tasks } = await claimTasks(this.platform, asAgent(agent), input);
    const before = (this.held.get(agent) ?? []).filter(
      ({ task_id }) => !tasks.some((task) => task.task_id === task_id),
    );
    this.held.set(agent, [...before, ...tasks]);
    return tasks;
  }

  async one(agent: string): Promise<ClaimedTask> {
    const [task] = await this.claim(agent);
    if (task === undefined) throw new Error(`${agent} found nothing to do`);
    return task;
  }

  complete = (agent: string, { task_id, fence }: ClaimedTask, usage?: Usage, output = {}): Promise<SettledAnswer> => {
    this.#drop(agent, task_id);
    const report = { task_id, fence, output, usage: usageOf(usage) };
    return completeTask(this.platform, asAgent(agent), report);
  };

  fail = (agent: string, { task_id, fence }: ClaimedTask, retryable = true, usage?: Usage): Promise<SettledAnswer> => {
    this.#drop(agent, task_id);
    const report = { task_id, fence, error: 'it broke', retryable, usage: usageOf(usage) };
    return failTask(this.platform, asAgent(agent), report);
  };

  release = (agent: string, { task_id, fence }: ClaimedTask): Promise<SettledAnswer> => {
    this.#drop(agent, task_id);
    return releaseTask(this.platform, asAgent(agent), { task_id, fence });
  };

  progress = (agent: string, { task_id, fence }: ClaimedTask, usage: Usage) =>
    reportProgress(this.platform, asAgent(agent), { task_id, fence, progress: 0.5, usage: usageOf(usage) });

  #drop(agent: string, task_id: string): void {
    this.held.set(
      agent,
      (this.held.get(agent) ?? []).filter((task) => task.task_id !== task_id),
    );
  }

  /** Every agent takes and does what there is, until there is nothing. */
  async work(usage?: Usage): Promise<void> {
    for (let done = 1; done > 0;) {
      done = 0;
      await this.settle();
      for (const agent of this.beating) {
        for (const task of await this.claim(agent, { max: 10 })) {
          done += 1;
          await this.complete(agent, task, usage, { by: agent });
        }
      }
    }
    await this.settle();
  }

  cancel = (id: string, by: Caller = submitter) => cancelJob(this.platform, by, { job_id: id });
  retry = (id: string, by: Caller = submitter) => retryJob(this.platform, by, { job_id: id });

  async change(id: string, more: Asked, by: Caller = submitter): Promise<string> {
    const { version } = await this.job(id);
    return changeDefinition(this.platform, by, { job_id: id, if_match: `"${version}"`, definition: definition(more) });
  }

  /** Time passes for all; agents that are not silent call in at least every heartbeat interval. */
  async pass(seconds: number): Promise<void> {
    const { AGENT_HEARTBEAT_INTERVAL } = this.platform.config;
    for (let left = seconds; left > 0; left -= AGENT_HEARTBEAT_INTERVAL) {
      await this.world.advance(Math.min(left, AGENT_HEARTBEAT_INTERVAL));
      for (const agent of this.beating) await this.beat(agent);
    }
  }

  /** The timer that finds what was forgotten, and what follows. */
  async sweep(): Promise<void> {
    await ringDueWork(this.platform);
    await this.settle();
  }

  /** All bells that nobody has answered are lost; gives their names. */
  lose = (): BellName[] => this.world.rung.splice(0).map(({ bell }) => bell);
}

/** Of text by hand Azure SQL cannot tell which of its columns are JSON: those that are called so in the schema. */
const parsed = <Row>(row: Row): Row =>
  Object.fromEntries(
    Object.entries(row as Record<string, unknown>).map(([name, value]) => [
      name,
      jsonColumns.has(name) && typeof value === 'string' && /^[[{]/.test(value)
        ? (JSON.parse(value) as unknown)
        : value,
    ]),
  ) as Row;

const jsonColumns = new Set(
  Object.values(schema.tables).flatMap((columns) =>
    Object.entries(columns).flatMap(([name, kind]) => (kind === 'json' ? [name] : [])),
  ),
);

const usageOf = (usage: Usage | undefined) => (usage === undefined ? undefined : UsageReport.parse(usage));

/** `sam` submits; `hanna`, `hugo` and `heidi` head `data`; `writer`, `reader` and `checker` work. */
export async function openTown(settings: Record<string, string> = {}, options: WorldOptions = {}): Promise<Town> {
  const world = await openWorld(settings, { answer: answerBells, ...options });
  const town = new Town(world);
  await town.person(admin.id, 'admin');
  await town.person(submitter.id, 'submitter');
  await town.person('ops');
  for (const head of heads) await town.head(head);
  for (const worker of workers) await town.agent(worker);
  world.rung.length = 0;
  return town;
}

/** Heads and workers of a new town. */
export const folk = { heads, workers };
