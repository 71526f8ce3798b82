import type { ApprovalBrief } from '../../../shared/approvals/approval.ts';
import { castBallot } from '../../../shared/approvals/cast-ballot.ts';
import { listApprovals } from '../../../shared/approvals/read.ts';
import type { Caller } from '../../../shared/access/caller.ts';
import { heartbeat } from '../../../shared/tasks/heartbeat.ts';
import type { Actor, Life } from '../life.ts';
import { asAgent, person } from '../town.ts';
import { ask, askOn } from './asking.ts';

interface Manner {
  /** Seconds between two looks, the least and the most. */
  looks: [number, number];
  /** The share of questions that are answered no. */
  no: number;
  /** Answers each question twice. */
  isDoubled?: boolean;
  /** Says no after yes, and yes to the question before this one. */
  isContradictory?: boolean;
}

/** `absent` comes when the faults are over. */
export const manners = {
  prompt: { looks: [5, 30], no: 0 },
  stern: { looks: [10, 60], no: 0.3 },
  slow: { looks: [120, 500], no: 0.05 },
  absent: { looks: [7200, 7200], no: 0 },
  doubled: { looks: [10, 40], no: 0.1, isDoubled: true },
  contradictory: { looks: [10, 60], no: 0.1, isContradictory: true },
} as const satisfies Record<string, Manner>;

export type HeadManner = keyof typeof manners;

const good: Manner = { looks: [5, 30], no: 0 };
/** Nobody is away for longer without looking whether the faults are over. */
const longestAway = 240;
/** Seconds after which an agent says again that it lives: before anybody would miss it. */
const seldom = 80;

type Question = Pick<ApprovalBrief, 'job_id' | 'definition_sha256'>;

export async function vote(
  life: Life,
  voter: Caller,
  { job_id, definition_sha256, isNo }: Question & { isNo: boolean },
) {
  const decision = isNo ? ('no' as const) : ('yes' as const);
  const reasoning = `of ${definition_sha256}`;
  const line = life.ledger.note('ballot', { voter: voter.id, job_id, definition_sha256, decision, reasoning });
  const ballot = { job_id, definition_sha256, decision, confidence: 0.9, reasoning, evidence: [] };
  await askOn(life, line, (platform) => castBallot(platform, voter, ballot));
}

/** Looks at what waits for it, now and then, and answers in its manner; a good one once the faults are over. */
const voting =
  (voter: Caller, manner: Manner, beat: (life: Life) => Promise<unknown>): Actor =>
  async (life) => {
    let before: Question | undefined;
    let silent = Infinity;
    while (!life.isOver) {
      const { looks, no, isDoubled = false, isContradictory = false } = life.isCalm ? { ...manner, ...good } : manner;
      if (silent >= seldom && (silent === Infinity || isWaitedFor(life) || life.random.chance(0.2))) {
        await beat(life);
        silent = 0;
      }
      silent += await rest(life, looks);
      if (looks[0] > longestAway && !life.isCalm) continue;
      if (!isAnyOpen(life) && life.random.chance(0.9)) continue;
      const waiting =
        (await ask(life, 'listApprovals', (platform) => listApprovals(platform, voter, { limit: 20 }))) ?? [];
      for (const question of waiting) {
        const isNo = life.random.chance(no);
        if (isContradictory && before !== undefined) {
          await vote(life, voter, { job_id: question.job_id, definition_sha256: before.definition_sha256, isNo });
        }
        await vote(life, voter, { ...question, isNo });
        if (isDoubled) await vote(life, voter, { ...question, isNo });
        if (isContradictory) await vote(life, voter, { ...question, isNo: !isNo });
        before = question;
      }
    }
  };

/** Whether anybody is asked anything. */
const isAnyOpen = (life: Life): boolean => life.glimpse("select 1 from approvals where state = 'open'");

/** Whether a job is still to be approved: none asks who lives later on. */
const isWaitedFor = (life: Life): boolean =>
  life.glimpse("select 1 from jobs where state in ('submitted', 'estimated', 'awaiting_approval', 'blocked')");

/** Gives for how long. */
async function rest(life: Life, [from, to]: readonly [number, number]): Promise<number> {
  const seconds = Math.min(longestAway, life.random.between(from, to));
  await life.sleep(seconds);
  return seconds;
}

/** Says that it lives as often as it should, so that it may be asked. */
export const head = (id: string, manner: HeadManner): Actor => {
  const caller = asAgent(id);
  return voting(caller, manners[manner], (life) =>
    ask(life, 'heartbeat', (platform) => heartbeat(platform, caller, { agent_id: id, fences: [] })),
  );
};

/** A person has no heart that is listened to. */
export const approver = (id: string, manner: HeadManner): Actor =>
  voting(person(id), manners[manner], () => Promise.resolve());
