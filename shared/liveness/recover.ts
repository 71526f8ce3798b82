/**
 * recoverAgents: agents that fail at too much go through four steps, each an event: isolated, redistributed, recovered,
 * or not recovered, and then escalated.
 */
import { musterActor } from '../access/caller.ts';
import { failuresOf, isFailing } from '../agents/failing.ts';
import { moveAgent } from '../agents/move-agent.ts';
import { wakeFor } from '../agents/note-seen.ts';
import { lockAgent } from '../agents/store.ts';
import { recordsOf } from '../agents/store/records.ts';
import type { Agent } from '../agents/agent.ts';
import type { Platform, Tx } from '../platform/platform.ts';
import { mask } from '../platform/telemetry/mask.ts';
import { escalate } from './escalate.ts';
import { isolate } from './isolate.ts';
import { obey } from './order.ts';
import { probeFault } from './probe.ts';
import { beginRecovery, deleteRecovery, lockTaken, putOffRecovery, takeDue, type Recovery } from './store.ts';
import { firstLookSeconds, silenceOf, stepAfter, type Step } from './way-back.ts';

const atOnce = 20;
/** Longer than a probe may take. */
const claimSeconds = 60;

type Taken = Pick<Recovery, 'id' | 'agent_id' | 'began_at' | 'tries'>;

/** Those that are due: each is taken for a minute, looked at, and moved on by a step. */
export async function recoverAgents(platform: Platform): Promise<void> {
  const taken = await platform.db.transaction('takeRecoveries', (tx) =>
    takeDue(tx, { limit: atOnce, seconds: claimSeconds }),
  );
  await Promise.all(taken.map((each) => recoverOne(platform, each)));
}

async function recoverOne(platform: Platform, taken: Taken): Promise<void> {
  try {
    if (taken.began_at === null) await isolateFailing(platform, taken);
    else await recover(platform, taken);
  } catch (error) {
    // One that cannot be moved on holds up no other: it is due again in a minute, its try counted.
    platform.log.warn({ err: error, agent: taken.agent_id }, 'an agent could not be recovered');
  }
}

/** The first two steps. Who has been restored since it failed, or is out of service already, is left alone. */
const isolateFailing = (platform: Platform, { id, agent_id, tries }: Taken): Promise<void> =>
  platform.db.transaction('isolateFailing', async (tx) => {
    const agent = await lockAgent(tx, { id: agent_id });
    if ((await lockTaken(tx, { agent_id, id, tries })) === undefined) return;
    const reason = agent?.state === 'active' ? await failureOf(tx, agent) : undefined;
    if (agent === undefined || reason === undefined) {
      await deleteRecovery(tx, { agent_id });
      return;
    }
    await beginRecovery(tx, { agent_id, seconds: firstLookSeconds(tx.config.AGENT_HEARTBEAT_INTERVAL) });
    await isolate(tx, agent, { reason, actor: musterActor });
  });

async function failureOf(tx: Tx, { id, restored_at }: Agent): Promise<string | undefined> {
  const [record] = await recordsOf(tx, [id]);
  const failures = failuresOf(record?.outcomes ?? [], restored_at);
  return isFailing(failures) ? `${failures.failed} of its last ${failures.of} tasks failed` : undefined;
}

/** The third step, and where it comes to nothing for the third time the fourth. */
async function recover(platform: Platform, { id, agent_id, tries }: Taken): Promise<void> {
  const fault = await probeFault(platform, { agent_id, webhook_id: `${id}_${tries}` });
  const step = await platform.db.transaction('recoverAgent', async (tx) => {
    const agent = await lockAgent(tx, { id: agent_id });
    const recovery = await lockTaken(tx, { agent_id, id, tries });
    if (agent === undefined || recovery === undefined) return undefined;
    return move(tx, agent, { recovery, fault });
  });
  if (step?.is === 'given up') platform.log.error({ agent: agent_id, fault: step.fault }, 'an agent did not recover');
}

async function move(
  tx: Tx,
  agent: Agent,
  { recovery, fault }: { recovery: Recovery; fault: string | null | undefined },
): Promise<Step | undefined> {
  const { tries, began_at } = recovery;
  const interval_seconds = tx.config.AGENT_HEARTBEAT_INTERVAL;
  if (agent.state !== 'isolated' || began_at === null) {
    await deleteRecovery(tx, { agent_id: agent.id });
    return undefined;
  }
  const found = fault === undefined ? silenceOf(agent, { began_at, at: tx.at, interval_seconds }) : fault;
  const step = stepAfter({ tries, fault: found, interval_seconds });
  if (step.is === 'put off') await putOffRecovery(tx, { agent_id: agent.id, seconds: step.seconds });
  else await deleteRecovery(tx, { agent_id: agent.id });
  const by = fault === undefined ? 'heartbeat' : 'probe';
  if (step.is === 'recovered') await comeBack(tx, agent, { tries, by });
  if (step.is === 'given up') await giveUp(tx, agent, { tries, fault: mask(step.fault) });
  return step;
}

async function comeBack(tx: Tx, agent: Agent, data: { tries: number; by: string }): Promise<void> {
  wakeFor(tx, await obey(tx, agent, { order: 'restore', as: 'recovered', actor: musterActor, data }));
}

async function giveUp(tx: Tx, agent: Agent, data: { tries: number; fault: string }): Promise<void> {
  const happening = { type: 'not_recovered', actor: musterActor, data };
  await escalate(tx, await moveAgent(tx, agent, { is: {}, happening }), data.fault);
}
