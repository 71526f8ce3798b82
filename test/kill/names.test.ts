import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { root } from '../../local/build/app.ts';
import { known } from './steps.ts';

/** Transactions that the matrix leaves out, and why. */
const left: Record<string, string> = {
  ensureAdmin: 'at the first start, before there is anything to lose',
  noteSignIn: 'with Entra ID alone',
  rotateDataKeys: 'with a key vault alone',
  firstDataKeys: 'with a key vault alone',
  resendDeadLetters: 'of dead letters, which no road has; test/messages/dead-letters.test.ts',
  voidStageLeases: 'at a start: the next start does it again',
  takeMaintenance: 'of one process at a time, by a lease; test/maintenance/run.test.ts',
  maintain: 'the same: who takes over a run goes on with it',
  leaveMaintenance: 'the same',
  noteRefused: 'it counts what was refused; test/messages/channels.test.ts',
  openBudget: 'it is there before a life begins',
  assignTask: 'of supervisors, whom no road of the matrix has; test/road/assign.test.ts',
  askVerifiers: 'of verifiers that are agents; test/road/verify.test.ts',
  keepChecks: 'of verifiers that are agents; test/road/verify.test.ts',
  keepFault: 'after a fault; test/road/faults.test.ts',
  'estimateJob claim': 'after a try that came to no end; test/road/poison.test.ts',
  countLearning: 'after a fault; test/road/learn.test.ts',
  settleActionItem: 'one statement, which the first one wins; test/access/action-items.test.ts',
  'askVoter end': 'of a voter who is not asked any more; test/approvals/ask.test.ts',
  'askVoter fault': 'after a fault; test/approvals/ask.test.ts',
  ...Object.fromEntries(
    [
      ...['createWebhook', 'changeWebhook', 'rotateWebhookSecret', 'deleteWebhook', 'testWebhook', 'redeliverWebhook'],
      ...['fanOutEvents', 'sweepDeliveries'],
      ...['putRota', 'dailyDigest'],
      ...['deliverWebhook claim', 'deliverWebhook', 'deliverWebhook end', 'deliverWebhook failure'],
    ].map((name) => [name, 'of webhooks, which no road of the matrix has; test/webhooks and test/digest']),
  ),
};

const inSource =
  /(?:transaction|batch|tryBatch)\(\s*'([\w ]+)'|(?:stage|readingStage|callingStage)(?:<\w+>)?\(\s*'(\w+)'/g;

test('the matrix has every transaction, or says why it has not', () => {
  const found = new Set<string>();
  for (const file of globSync('shared/**/*.ts', { cwd: root })) {
    for (const [, one, other] of readFileSync(`${root}/${file}`, 'utf8').matchAll(inSource))
      found.add(one ?? other ?? '');
  }
  const unknown = [...found].filter((name) => !known.has(name) && !(name in left));
  expect(unknown).toEqual([]);
  const gone = [...known, ...Object.keys(left)].filter((name) => !found.has(name.replace(/^(\w+Job) claim$/, '$1')));
  expect(gone).toEqual([]);
});
