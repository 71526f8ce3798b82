/** What the people around a Muster know of it, from what they asked and heard, for those who check its promises. */
import { Ledger } from '../simulation/ledger.ts';
import { definition, folk, submitter, type Asked } from '../road/town.ts';
import type { Call } from './acts.ts';
import { categories } from './folder.ts';
import { paid, usage, type Answer, type Held, type Input, type Verb } from './verbs.ts';

/** A ballot that was given outside, where it was asked for. */
export interface Given {
  job_id: string;
  definition_sha256: string;
}

export function ledgerOf(calls: readonly Call[], given: readonly Given[]): Ledger {
  const ledger = new Ledger(() => 0);
  noteTown(ledger);
  for (const call of calls) {
    const { heard } = call;
    const before = ledger.lines.length;
    (notes[call.verb] as Note | undefined)?.(ledger, call.input as never, call.answer as never);
    for (const line of ledger.lines.slice(before)) Object.assign(line, { heard });
  }
  for (const ballot of given)
    ledger.note('ballot', { ...ballot, voter: 'carl', decision: 'yes', reasoning: 'fits' }).heard = 'done';
  return ledger;
}

function noteTown(ledger: Ledger): void {
  ledger.note('price', { model: 'gold', input: 100, cached: 10, output: 200 });
  for (const [id, ...roles] of [['ada', 'admin'], ['sam', 'submitter'], ['ops']] as const) {
    ledger.note('person', { id, roles });
  }
  const head = { role: 'category_head', max_concurrent_tasks: 10 };
  for (const id of folk.heads) ledger.note('agent', { ...head, id, owner_id: `owner_of_${id}`, categories });
  ledger.note('agent', { ...head, id: 'carl', owner_id: 'owner_of_carl', categories: ['asked'] });
  for (const id of folk.workers) {
    ledger.note('agent', { id, role: 'worker', owner_id: 'ops', categories: [], max_concurrent_tasks: 10 });
  }
}

type Note = (ledger: Ledger, input: never, answer: never) => unknown;
type Notes = { [V in Verb]?: (ledger: Ledger, input: Input<V>, answer: Answer<V> | undefined) => unknown };

const submission = (ledger: Ledger, key: string, asked: Asked, job_id: string | undefined) =>
  ledger.note('submission', { by: submitter.id, key, definition: definition(asked), job_id: job_id ?? null });

const report =
  (report: 'complete' | 'fail' | 'release' | 'progress') =>
  (ledger: Ledger, { agent, task_id, fence }: Held, answer: { task_id: string; state?: string } | undefined) => {
    const isDone = report === 'complete';
    return ledger.note('report', {
      ...{ agent, task_id, fence, report, state: answer?.state ?? null },
      output: isDone ? { by: agent } : null,
      usage: isDone ? { ...usage, cached_tokens: 0 } : null,
    });
  };

const notes: Notes = {
  submitJob: (ledger, { key, asked }, id) => submission(ledger, key, asked, id),
  submitFromTemplate: (ledger, { key }, id) => submission(ledger, `weekly: ${key}`, paid, id),
  castBallot: (ledger, on) => ledger.note('ballot', { ...on, decision: 'yes', reasoning: 'seen' }),
  claimTasks: (ledger, { agent_id: agent, claim_id }, answer) =>
    ledger.note('claim', { agent, claim_id, tasks: answer?.tasks ?? [] }),
  completeTask: report('complete'),
  failTask: report('fail'),
  releaseTask: report('release'),
  reportProgress: report('progress'),
  cancelJob: (ledger, { job_id }) => ledger.note('cancel', { by: submitter.id, job_id }),
  retryJob: (ledger, on) => ledger.note('retry', { by: submitter.id, ...on }),
  changeDefinition: (ledger, { job_id, asked }) =>
    ledger.note('change', { by: submitter.id, job_id, definition: definition(asked) }),
  sendMessages: (ledger, { key }, answer) => {
    const ids = answer?.messages.map(({ message_id }) => message_id) ?? [];
    ledger.note('letter', { from: 'writer', key, to: ['reader'], mark: key, ids });
  },
  receiveMessages: (ledger, _, answer) => {
    for (const { message_id, receipt } of answer?.messages ?? [])
      ledger.note('delivery', { agent: 'reader', message_id, receipt });
  },
  settleMessages: (ledger, { message_id, receipt }, answer) => {
    const state = answer?.settled[0]?.state ?? null;
    const isTooLate = answer !== undefined && state === null;
    if (!isTooLate)
      ledger.note('settlement', { agent: 'reader', message_id, receipt, action: 'acknowledge', reason: '', state });
  },
  putBudget: (ledger, { limit_usd }) => ledger.note('budget', { limit_usd }),
  deletePrincipal: (ledger, { id }) => ledger.note('retirement', { id }),
  retireAgent: (ledger, { agent_id: id }) => ledger.note('retirement', { id }),
  isolateAgent: (ledger, { agent_id: id }) => ledger.note('order', { id, order: 'isolate' }),
  drainAgent: (ledger, { agent_id: id }) => ledger.note('order', { id, order: 'drain' }),
};
