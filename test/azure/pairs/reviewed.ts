/**
 * What the explorer finds and is harmless all the same, each with its reason. Every line is a claim that somebody has to
 * believe, so the explorer's test refuses those that it does not need.
 */
import type { Finding } from './pairing.ts';
import type { Wrong } from './interleave.ts';

export interface Reviewed {
  /** Who may have seen what was not so any more. */
  who: readonly string[];
  /** Beside whom. */
  beside: readonly string[];
  rows: readonly string[];
  wrong: readonly Wrong[];
  why: string;
}

const stale: readonly Wrong[] = ['lost update', 'mixed view'];
const skewed: readonly Wrong[] = ['write skew'];
const any: readonly Wrong[] = ['write skew', 'lost update', 'mixed view'];

export const reviewed: readonly Reviewed[] = [
  {
    who: ['claimTasks', 'completeTask'],
    beside: ['claimTasks', 'completeTask', 'heartbeat', 'isolateAgent', 'isolateFailing', 'releaseTask', 'sweepTasks'],
    rows: ['tasks'],
    wrong: stale,
    why: 'What a claim counts as held by its agent can only have become less since: only claims add to it, one after the other under the lock of the agent. What it takes is `queued` when it is taken.',
  },
  {
    who: ['executeJob'],
    beside: [
      ...['claimTasks', 'completeTask', 'failTask', 'heartbeat', 'isolateAgent', 'isolateFailing'],
      ...['releaseTask', 'reportProgress', 'sweepTasks'],
    ],
    rows: ['tasks', 'agents'],
    wrong: any,
    why: 'It settles money by what it has read of its tasks, and locks them before it changes any. An end is final, usage only grows, and each rings it again: what one run has not seen the next one settles. When an agent was seen last decides nothing but a fallback.',
  },
  {
    who: ['executeJob'],
    beside: ['executeJob', 'registerResource'],
    rows: ['resources'],
    wrong: any,
    why: 'It chooses a resource by what it has read. Room is taken by one statement, which hits no row where there is none.',
  },
  {
    who: ['executeJob'],
    beside: ['learnFromJob'],
    rows: ['durations', 'jobs'],
    wrong: skewed,
    why: 'How long an agent has usually taken is an estimate, whether or not it knows the last job.',
  },
  {
    who: ['assignTask'],
    beside: [
      ...['assignTask', 'claimTasks', 'completeTask', 'executeJob', 'failTask', 'heartbeat'],
      ...['isolateAgent', 'isolateFailing', 'releaseTask', 'sweepTasks'],
    ],
    rows: ['agents', 'tasks', 'queue_agents'],
    wrong: any,
    why: 'It chooses an agent by what each holds and how it stands at that look, and adds the task under the lock of the job, so the run has not ended. A task that ends or fails meanwhile rings `execute`, which finds the new one too and cancels it where it must. Who asks for work while a queue is being made is woken when it is there.',
  },
  {
    who: ['assignTask'],
    beside: ['registerAgent'],
    rows: ['agent_capabilities', 'agents', 'queue_agents', 'queues'],
    wrong: ['write skew', 'mixed view'],
    why: 'It chooses by what agents could do at that look. Which queues an agent serves is looked up again under the lock `queue matching`, which both take.',
  },
  {
    who: ['assignTask'],
    beside: ['learnFromJob'],
    rows: ['agent_records', 'jobs'],
    wrong: skewed,
    why: 'The better record decides between agents that are as busy, whether or not it knows the last job.',
  },
  {
    who: ['castBallot'],
    beside: ['changeDefinition'],
    rows: ['approvals', 'deployments'],
    wrong: stale,
    why: 'It looks at deployments only to find the newest question, reads that again under its lock, and writes by the version that it has read.',
  },
  {
    who: ['validateJob'],
    beside: [
      'deleteKey',
      'deletePrincipal',
      'ensureAdmin',
      'issueKey',
      'maintain',
      'noteSignIn',
      'putPrincipal',
      'registerAgent',
      'retireAgent',
    ],
    rows: ['principals'],
    wrong: ['mixed view'],
    why: 'The electorate is fixed by two looks, one after the other: each as things stood at that moment. Who is taken out of service meanwhile counts no more when ballots are counted.',
  },
  {
    who: ['learnFromJob'],
    beside: ['sweepJobs'],
    rows: ['jobs'],
    wrong: ['lost update'],
    why: 'The sweep moves nothing but the time of the next look, and the move to the end says that there is none.',
  },
  {
    who: ['receiveMessages'],
    beside: ['receiveMessages', 'sendMessages'],
    rows: ['messages'],
    wrong: ['write skew', 'mixed view'],
    why: 'A message that comes between two of its statements is delivered under this receipt or the next one, and of two who empty a mailbox at once each gets what the other has not.',
  },
  {
    who: ['sweepMessages'],
    beside: [
      ...['receiveMessages', 'resendDeadLetters', 'sendMessages', 'settleMessages'],
      ...['sweepMessages', 'validateJob'],
    ],
    rows: ['messages'],
    wrong: any,
    why: 'It locks each message that it changes, passing over those that others hold, and changes it only while it is due still. What is due a moment later the next sweep finds.',
  },
  {
    who: ['receiveMessages', 'sendMessages'],
    beside: [
      ...['drainAgent', 'isolateAgent', 'isolateFailing', 'maintain', 'recoverAgent'],
      ...['putChannels', 'registerAgent', 'restoreAgent', 'retireAgent'],
    ],
    rows: ['agents', 'mailboxes', 'message_channels'],
    wrong: ['mixed view'],
    why: 'The statement that sends or delivers decides by what it sees itself; the look after it only says what is missing, and where nothing is the call runs again. What is sent to an agent that is just being retired the sweep gives up.',
  },
  {
    who: ['takeMaintenance'],
    beside: ['leaveMaintenance', 'maintain', 'takeMaintenance'],
    rows: ['maintenance_runs'],
    wrong: ['write skew', 'mixed view'],
    why: 'Two who begin touch the one row of `maintainers` first, so the second sees what the first has begun. A run is taken over only while it is left, and not over: the change looks at both itself.',
  },
  {
    who: ['putChannels'],
    beside: ['putChannels'],
    rows: ['message_channels'],
    wrong: skewed,
    why: 'Channels change under the lock of their list. Where there is no list yet both insert it, before they touch a channel, and the second meets its key and runs again.',
  },
  {
    who: ['executeJob', 'openBudget', 'putBudget'],
    beside: ['executeJob', 'openBudget', 'putBudget'],
    rows: ['budgets'],
    wrong: skewed,
    why: 'A month looks only at those before it, for its limit: of two that open at once, or where one opens while the limit of the one before is set, the later takes what it would have taken a moment earlier.',
  },
  {
    who: ['learnFromJob'],
    beside: ['drainAgent', 'isolateAgent', 'registerAgent', 'restoreAgent'],
    rows: ['agent_records', 'agents'],
    wrong: skewed,
    why: 'Who registers or orders reads the record of an agent only to answer with it.',
  },
  {
    who: ['learnFromJob'],
    beside: ['isolateAgent', 'restoreAgent'],
    rows: ['agent_records', 'recoveries'],
    wrong: ['mixed view'],
    why: 'An order is given whatever the record says: it ends a recovery that is there, and one that is put down a moment later finds an agent that has failed at nothing since, or is out of service.',
  },
  {
    who: ['learnFromJob'],
    beside: ['isolateFailing'],
    rows: ['agent_records', 'agents'],
    wrong: skewed,
    why: 'An agent is judged by what had been learned. A failure that comes a moment too late to be seen counts at the next one.',
  },
  {
    who: ['changeWebhook', 'deliverWebhook failure', 'executeJob', 'recoverAgent'],
    beside: ['changeWebhook', 'deliverWebhook failure', 'executeJob', 'recoverAgent'],
    rows: ['action_items'],
    wrong: skewed,
    why: 'Each looks for the items of its own job, agent or webhook: of one of them they come one after the other, under its lock.',
  },
  {
    who: ['executeJob'],
    beside: ['executeJob'],
    rows: ['budgets', 'queues'],
    wrong: ['mixed view'],
    why: 'A queue that is not there is looked for again under the lock `queue matching`; one that is there stays there.',
  },
  {
    who: ['createWebhook'],
    beside: ['createWebhook', 'deliverWebhook'],
    rows: ['webhooks'],
    wrong: any,
    why: 'It looks at the webhooks of its owner only to count them, and those are counted under the lock of the owner.',
  },
  {
    who: ['createWebhook'],
    beside: ['deleteWebhook'],
    rows: ['sealed_values', 'webhooks'],
    wrong: ['lost update'],
    why: 'What is made and what is deleted are two webhooks, each with secrets of its own: nobody knows a new one before it is there.',
  },
  {
    who: ['putPrices'],
    beside: ['putPrices'],
    rows: ['price_overrides'],
    wrong: ['write skew', 'mixed view'],
    why: 'Two that put different prices read them all only to answer with them.',
  },
  {
    who: ['firstDataKeys'],
    beside: ['firstDataKeys'],
    rows: ['data_keys'],
    wrong: skewed,
    why: 'Both number their first key 1, and numbers are unique: one of the two runs again, and finds the keys of the other.',
  },
  {
    who: ['sealRecord'],
    beside: ['sealRecord'],
    rows: ['seals'],
    wrong: skewed,
    why: 'Two seals of the same events are both true.',
  },
];

/** The claim that covers a finding, or undefined. */
export const claimFor = ({ tables, wrong }: Finding, [one, other]: readonly [string, string]): Reviewed | undefined =>
  reviewed.find(
    (claim) =>
      claim.wrong.includes(wrong) &&
      tables.every((table) => claim.rows.includes(table)) &&
      ((claim.who.includes(one) && claim.beside.includes(other)) ||
        (claim.who.includes(other) && claim.beside.includes(one))),
  );
