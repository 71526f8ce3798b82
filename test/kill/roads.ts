/** What happens around a Muster until its process dies: each road passes other transactions. A road may be gone again. */
import { timers } from '../../functions/timers.ts';
import type { Asked } from '../road/town.ts';
import type { Life } from './life.ts';
import { paid } from './verbs.ts';

export type Road = (life: Life) => Promise<void>;

const kinds: Asked[] = [
  {},
  { supporting_agents: ['reader', 'checker'] },
  { supporting_agents: ['reader'], priority: 3 },
  { required_tools: [{ tool_name: 'linter', estimated_calls: 4 }] },
  { required_resources: [{ resource_type: 'compute', amount: 1.5, unit: 'cores' }], max_retries: 1 },
];

const some = (life: Life, asked: Asked): Promise<string[]> =>
  life.submit(...Array.from({ length: life.between(1, 3) }, () => ({ ...paid, ...life.pick(kinds), ...asked })));

async function whole(life: Life, asked: Asked = {}): Promise<void> {
  await some(life, asked);
  await life.settle();
  await life.vote();
  await life.work();
}

/** Jobs that are blocked until what they wait for comes. */
async function waiting(life: Life): Promise<void> {
  const ids = await some(life, { required_tools: [{ tool_name: 'late' }] });
  await life.settle();
  await life.call('registerTool', { name: 'late' });
  if (life.chance(0.5)) life.town.lose();
  await life.settle();
  for (const id of ids) await life.hear({ bell: 'wake', id });
  await life.settle();
  await life.vote();
  await life.work();
  await life.call('deleteTool', { name: 'late' });
}

/** Jobs that were approved while there was no money. */
async function broke(life: Life): Promise<void> {
  await life.call('putBudget', { limit_usd: 0 });
  await some(life, {});
  await life.settle();
  await life.vote();
  await life.call('putBudget', { limit_usd: 1000 });
  await life.settle();
  await life.work();
}

/** Tasks that fail and are given back before they are done. */
async function stumbling(life: Life): Promise<void> {
  await some(life, { max_retries: 20 });
  await life.settle();
  await life.vote();
  for (const verb of ['failTask', 'releaseTask', 'reportProgress'] as const) {
    const held = await life.claim('writer');
    await life.call('heartbeat', { agent_id: 'writer', fences: held.map(({ agent: _, ...fence }) => fence) });
    await life.all(verb, held);
    if (verb === 'reportProgress') await life.all('completeTask', held);
    await life.settle();
    await life.town.pass(6);
    await life.tick('ringDueWork');
    await life.settle();
  }
  await life.work();
}

/** Jobs that are changed, cancelled and begun again. */
async function withdrawn(life: Life): Promise<void> {
  const ids = await some(life, {});
  await life.settle();
  for (const job_id of ids) {
    const { version } = await life.town.job(job_id);
    await life.call('changeDefinition', { job_id, if_match: `"${version}"`, asked: { ...paid, priority: 3 } });
  }
  await life.settle();
  await life.vote();
  const jobs = ids.map((job_id) => ({ job_id }));
  await life.all('cancelJob', jobs);
  await life.settle();
  await life.all(
    'retryJob',
    jobs.map((job) => ({ ...job, key: life.key() })),
  );
  await life.settle();
  await life.vote();
  await life.work();
}

/** No bell is ever heard but those of the sweep. */
async function swept(life: Life): Promise<void> {
  await some(life, { category: 'asked', max_retries: 20 });
  for (let rounds = 0; rounds < 9; rounds++) {
    life.town.lose();
    await life.town.pass(5);
    life.town.lose();
    await life.tick('ringDueWork');
    for (const ring of life.town.world.rung.splice(0)) await life.hear(ring);
    if (rounds === 3) await life.vote();
    const held = rounds > 4 ? await life.claim('writer') : [];
    for (const task of held) await life.call(rounds === 5 ? 'failTask' : 'completeTask', task);
  }
  await life.settle();
}

async function mailed(life: Life): Promise<void> {
  await life.all('sendMessages', [{ key: life.key() }, { key: life.key() }]);
  await life.read();
}

async function templated(life: Life): Promise<void> {
  await life.call('putTemplate', undefined);
  await life.all('submitFromTemplate', [{ key: life.key() }, { key: life.key() }]);
  for (const { name } of timers) await life.tick(name);
  await life.settle();
}

/** Long ago: nothing was learned of it in this life. */
const failed = `insert into agent_records (agent_id, completed, failed, tokens, cost_micros, duration_seconds, durations, changed_at, outcomes)
  values (?, 0, 0, 0, 0, 0, '[]', now_plus(0), ?)`;

/** An agent of its own fails too often, is isolated, and comes back. */
async function recovering(life: Life): Promise<void> {
  const { town } = life;
  const agent_id = `agent_${life.key().replace(' ', '_')}`;
  await life.call('registerAgent', { agent_id });
  await town.tamper(
    failed,
    agent_id,
    JSON.stringify(Array.from({ length: 10 }, () => ({ succeeded: false, at: null }))),
  );
  await town.tamper(
    "insert into recoveries select agent_id, 'recovery_1', null, 0, changed_at from agent_records where agent_id = ?",
    agent_id,
  );
  town.beating.add(agent_id);
  for (const seconds of [0, 30]) {
    await town.pass(seconds);
    await life.tick('recoverAgents');
  }
}

/** What an admin does, each with a name of its own. */
async function office(life: Life): Promise<void> {
  const name = `thing_${life.key().replace(' ', '_')}`;
  await life.call('putPrices', undefined);
  await life.call('putMessageType', { name });
  await life.call('putChannels', undefined);
  await life.call('putPrincipal', { id: name });
  const { id: key_id } = await life.call('issueKey', { principal_id: name });
  await life.call('deleteKey', { principal_id: name, key_id });
  await life.call('deletePrincipal', { id: name });
  await life.call('registerAgent', { agent_id: `agent_${name}` });
  await life.call('isolateAgent', { agent_id: `agent_${name}` });
  await life.call('restoreAgent', { agent_id: `agent_${name}` });
  await life.call('drainAgent', { agent_id: `agent_${name}` });
  await life.call('retireAgent', { agent_id: `agent_${name}` });
  await life.call('registerVerifier', { name });
  await life.call('deleteVerifier', { name });
  await life.call('registerResource', { name });
  await life.call('deleteResource', { name });
}

export const roads = {
  whole,
  checked: (life) => whole(life, { category: 'checked' }),
  asked: (life) => whole(life, { category: 'asked' }),
  ...{ waiting, broke, stumbling, withdrawn, swept, mailed, templated, recovering, office },
} satisfies Record<string, Road>;

export type RoadName = keyof typeof roads;
