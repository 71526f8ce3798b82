/** A Muster with a job in each state in which one can be at rest, and with tasks in each of theirs. */
import { answerBells, type Town } from '../road/town.ts';
import { audited } from './furniture.ts';
import { madeAt } from './snapshot.ts';

/** How each job goes on when nobody fails; those that are over stay as they are. */
export const endsAs = {
  broken: 'failed',
  expired: 'expired',
  succeeded: 'succeeded',
  failed: 'failed',
  rejected: 'rejected',
  cancelled: 'cancelled',
  rolled_back: 'rolled_back',
  compensating: 'rolled_back',
  learning: 'succeeded',
  running: 'succeeded',
  waiting: 'succeeded',
  delayed: 'succeeded',
  queued: 'succeeded',
  stopping: 'cancelled',
  granted: 'succeeded',
  half: 'succeeded',
  open: 'succeeded',
  blocked: 'succeeded',
  verifying: 'succeeded',
  estimated: 'succeeded',
  submitted: 'succeeded',
} as const;
export type Named = keyof typeof endsAs;

const model = { model: 'gold', max_budget_usd: 1 };
const usage = { model: 'gold', input_tokens: 10, output_tokens: 5 };
const saw = { required_tools: [{ tool_name: 'saw' }] };
const secret = { input: { token: 'plain' }, sensitive: ['input.token'] };
const held = { required_resources: [{ resource_type: 'compute', amount: 1, unit: 'cores' }] };

type Make = (town: Town, job_name: Named) => Promise<unknown>;

const started: Make = (town, job_name) => town.started({ ...model, ...held, job_name });
const submitted: Make = (town, job_name) => town.submitted({ ...model, job_name });

/** In this order: what is to be claimed is alone in its queue. Bells that are left are lost. */
const making: Record<Named, Make> = {
  broken: async (town, name) => misread(town, await town.submit({ ...model, job_name: name })),
  expired: async (town, name) => {
    await submitted(town, name);
    await town.world.advance((madeAt.getTime() - town.world.clock.now().getTime()) / 1000 - 60);
    for (const agent of town.beating) await town.beat(agent);
    await town.sweep();
  },
  succeeded: async (town, name) => {
    await started(town, name);
    await town.work(usage);
  },
  failed: async (town, name) => {
    await town.started({ ...model, job_name: name, max_retries: 0 });
    await town.fail('writer', await town.one('writer'), true, usage);
    await town.settle();
  },
  rejected: async (town, name) => {
    const id = await town.submitted({ ...model, job_name: name });
    for (const head of ['hanna', 'hugo']) await town.vote(id, head, { decision: 'no', reasoning: 'no' });
    await town.settle();
  },
  cancelled: async (town, name) => {
    await town.cancel(await town.submitted({ ...model, job_name: name }));
    await town.settle();
  },
  rolled_back: async (town, name) => {
    await undoing(town, name);
    await town.complete('reader', await town.one('reader'), usage);
    await town.settle();
  },
  compensating: async (town, name) => undoing(town, name),
  learning: async (town, name) => {
    const id = await town.started({ ...model, job_name: name });
    await town.complete('writer', await town.one('writer'), usage);
    await hear(town, 'execute', id);
  },
  running: async (town, name) => {
    await town.started({ ...model, ...held, ...saw, job_name: name });
    await town.progress('writer', await town.one('writer'), usage);
  },
  stopping: async (town, name) => {
    const id = await town.started({ ...model, job_name: name });
    await town.one('writer');
    await town.cancel(id);
    await town.settle();
  },
  waiting: (town, name) =>
    town.started({ ...model, ...held, job_name: name, supporting_agents: ['reader', 'checker'] }),
  delayed: async (town, name) => {
    await started(town, name);
    await town.fail('writer', await town.one('writer'));
  },
  queued: (town, name) => town.started({ ...model, ...held, ...secret, job_name: name }),
  granted: async (town, name) => {
    const id = await town.submitted({ ...model, job_name: name });
    for (const head of ['hanna', 'hugo']) await town.vote(id, head);
  },
  half: async (town, name) => void (await town.vote(await town.submitted({ ...model, job_name: name }), 'hanna')),
  open: submitted,
  blocked: (town, name) => town.submitted({ ...model, job_name: name, required_tools: [{ tool_name: 'late' }] }),
  verifying: async (town, name) => {
    await town.submit({ ...model, job_name: name, category: audited });
    const settling = new AbortController();
    const settled = town.settle().finally(() => settling.abort());
    while (!settling.signal.aborted) await town.world.advance(0.25); // its verifier does not answer
    await settled;
  },
  estimated: async (town, name) => hear(town, 'estimate', await town.submit({ ...model, job_name: name })),
  submitted: (town, name) => town.submit({ ...model, job_name: name }, { key: 'once' }),
};

/** A run that has failed after a step that can be undone. */
async function undoing(town: Town, job_name: Named): Promise<void> {
  const plan = [
    { name: 'first', agent: 'reader', compensation: {} },
    { name: 'second', agent: 'writer', depends_on: ['first'] },
  ];
  await town.started({ ...model, ...held, job_name, supporting_agents: ['reader'], max_retries: 0, plan });
  await town.complete('reader', await town.one('reader'), usage, { done: true });
  await town.settle();
  await town.fail('writer', await town.one('writer'), false, usage);
  await town.settle();
}

/** Its definition cannot be read, until it is not tried any more. */
async function misread(town: Town, id: string): Promise<void> {
  const [{ definition } = { definition: '' }] = await town.sql<{ definition: unknown }>(
    'select definition from deployments where job_id = ?',
    id,
  );
  await town.tamper("update deployments set definition = '{}' where job_id = ?", id);
  await town.settle();
  while ((await town.state(id)) === 'submitted') {
    await town.pass(300);
    await town.sweep();
  }
  await town.tamper('update deployments set definition = ? where job_id = ?', JSON.stringify(definition), id);
}

/** One bell, and none of those that follow from it. */
async function hear(town: Town, bell: 'estimate' | 'execute', id: string): Promise<void> {
  await answerBells(town.platform, { bell, id, trace: null });
  town.lose();
}

export async function setScene(town: Town): Promise<void> {
  for (const name of Object.keys(making) as Named[]) {
    await making[name](town, name);
    town.lose();
    await town.world.advance(0.01); // so that none is as old as another
  }
}
