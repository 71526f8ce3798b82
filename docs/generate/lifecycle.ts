/** States and events of a job, from the table that decides them. */
import { endStates, jobStates, type JobState, type Outcome } from '../../shared/jobs/job.ts';
import { transitions, type JobEventType } from '../../shared/jobs/lifecycle.ts';
import { code, codes, generatedFrom, table } from './markdown.ts';

/** What a state means, and who moves a job on from it. A state without words does not compile. */
const states: Record<JobState, [means: string, mover: string]> = {
  submitted: ['accepted and stored', 'the stage `estimateJob`'],
  estimated: ['tokens and cost are known and within its budget', 'the stage `validateJob`'],
  blocked: [
    'something is in the way: over budget, not ready, no room in a budget or a resource, or too few voters',
    'what it waits for, its next try, or a changed definition; it expires after `BLOCKED_FOR` of blocked time',
  ],
  awaiting_approval: ['the question is open', 'ballots; it expires at the deadline, which is no rejection'],
  approved: ['allowed, and about to start: passed through, never seen at rest', 'the stage `executeJob`'],
  executing: ['its tasks run', 'its agents; the time limit, the budget or a cancel stop it'],
  compensating: [
    'it has failed, and what it did is being undone, newest first',
    'its agents; the time limit, which begins anew, or a cancel stop it',
  ],
  learning: ['over; estimate and actual are being compared', 'the stage `learnFromJob`'],
  succeeded: ['all its tasks have succeeded', 'a retry'],
  failed: ['a task has failed for good, it was stopped by its limit or budget, or a stage gave up', 'a retry'],
  rolled_back: ['it has failed, and what it did is undone', 'a retry'],
  rejected: ['the voters said no', 'a retry'],
  expired: ['nobody answered in time, or it was blocked for too long', 'a retry'],
  cancelled: ['somebody stopped it', 'a retry'],
};

const events: Record<JobEventType, string> = {
  estimated: 'the estimate is stored and within the budget',
  validated: 'all that it needs is there; the question is opened',
  blocked: 'something is in the way',
  resumed: 'what was in the way may be gone: back to where it was blocked',
  approved: 'the approval is granted and used up',
  started: 'money and resources are reserved, tasks are queued',
  rejected: 'the voters said no',
  expired: 'the deadline, or the time that a job may be blocked, has passed',
  stop_requested: 'a cancel, the time limit or the budget stops it; holders of tasks are told',
  task_assigned: 'a supervisor among its agents has added a task',
  tasks_ended: 'tasks came to their end, and the plan goes on',
  run_failed: 'the run has failed, and what it has done is to be undone',
  run_ended: 'the outcome is decided, and everything the job held is given back',
  learned: 'the next estimates know this run; the job takes its stored outcome',
  gave_up: 'a stage has failed too often',
  cancelled: 'somebody cancelled it before its start',
  changed: 'a new definition: the next deployment takes the whole road again',
  archived: 'it ended long ago: its last answer and its events stay, its rows go',
  retried: 'the same definition again, as the next deployment',
};

const outcomes: Record<Outcome, true> = { succeeded: true, failed: true, rolled_back: true, cancelled: true };

/** Where an event may lead from one state. */
function targets(from: JobState, type: JobEventType): readonly string[] {
  const { to } = transitions[type];
  if (to === 'same') return [from];
  if (to !== 'stored') return [to];
  return type === 'learned' ? Object.keys(outcomes) : transitions.blocked.from;
}

const types = Object.keys(transitions) as JobEventType[]; // its own keys

/** Events that come from this many states would hide the others in the picture. */
const tooMany = 4;
const drawn = types.filter((type) => transitions[type].from.length < tooMany && transitions[type].to !== 'same');
const leftOut = types.filter((type) => !drawn.includes(type));

const entered = new Set<string>([
  'submitted',
  ...types.flatMap((type) =>
    transitions[type].from.flatMap((from) => (transitions[type].to === 'same' ? [] : targets(from, type))),
  ),
]);
function diagram(): string {
  const arrows = new Map<string, string[]>();
  for (const type of drawn) {
    for (const from of transitions[type].from.filter((state) => entered.has(state))) {
      for (const to of targets(from, type))
        arrows.set(`${from} --> ${to}`, [...(arrows.get(`${from} --> ${to}`) ?? []), type]);
    }
  }
  return [
    'stateDiagram-v2',
    '  [*] --> submitted',
    ...[...arrows].map(([arrow, labels]) => `  ${arrow}: ${labels.join(', ')}`),
    ...[...endStates].map((end) => `  ${end} --> [*]`),
  ].join('\n');
}

const leads = (type: JobEventType): string => {
  const { from, to } = transitions[type];
  if (to === 'same') return 'stays';
  return codes([...new Set(from.flatMap((state) => targets(state, type)))]);
};

export const lifecyclePage = (): string => `${generatedFrom('shared/jobs/lifecycle.ts')}

# The life of a job

One pure function, \`advance\` in \`shared/jobs/lifecycle.ts\`, decides every step; each step is one transaction with one
event in the record. \`GET /api/v1/deployment/jobs/{job_id}\` explains the present state in a sentence.

\`\`\`mermaid
${diagram()}
\`\`\`

Left out of the picture, for they come from many states or lead nowhere else: ${codes(leftOut)}.

## States

${table(
  ['state', 'means', 'who moves it on'],
  jobStates.map((state) => [code(state), ...states[state]]),
)}

The last six are ends. What a job reserved and did not use is free again when it leaves \`executing\` or \`compensating\`.

## Events

${table(
  ['event', 'when', 'from', 'to'],
  types.map((type) => [code(type), events[type], codes(transitions[type].from), leads(type)]),
)}

Anything else is refused with \`conflict\`, or with the code that says more: \`job_ended\`, \`job_not_ended\`,
\`job_not_changeable\`.
`;
