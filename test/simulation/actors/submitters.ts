import type { JobDefinition } from '../../../shared/jobs/definition.ts';
import { submitJob } from '../../../shared/road/submit.ts';
import { submitFromTemplate } from '../../../shared/road/submit-from-template.ts';
import type { Actor, Life } from '../life.ts';
import { monthly, person } from '../town.ts';
import { askOn } from './asking.ts';
import { anyDefinition, definition } from './definitions.ts';
import { journey } from './plans.ts';

interface Sending {
  by: string;
  key: string;
  definition: JobDefinition;
}

/** Sends it once, and gives what was heard. */
async function send(life: Life, { by, key, definition }: Sending): Promise<string> {
  const line = life.ledger.note('submission', { by, key, definition, job_id: null });
  const submission = { definition, idempotency_key: key };
  const job_id = await askOn(life, line, (platform) => submitJob(platform, person(by), submission));
  if (job_id !== undefined) line.job_id = job_id;
  return line.heard;
}

/** Asks for what the template says, but for its description, and for what a publisher may change in it. */
async function sendFromTemplate(life: Life, by: string, job_description: string): Promise<string> {
  const overrides = { job_description, priority: monthly.definition.priority };
  const key = `${by} from a template`;
  const sent = { by, key, definition: { ...monthly.definition, ...overrides }, job_id: null };
  const line = life.ledger.note('submission', sent);
  const given = { name: monthly.name, overrides, idempotency_key: key };
  const job_id = await askOn(life, line, (platform) => submitFromTemplate(platform, person(by), given));
  if (job_id !== undefined) line.job_id = job_id;
  return line.heard;
}

/** Several of the plainest kind at once, so that one worker has more to do than it may hold. */
export const rush: Actor = async (life) => {
  for (let number = 1; number <= 4; number++) {
    const sending = { by: 'sue', key: `sue in a hurry ${number}`, definition: definition() };
    while ((await send(life, sending)) === 'unheard' && !life.isOver) await life.sleep(2);
  }
};

/** Until it is heard, or all is over. */
export async function sendUntilHeard(life: Life, sending: Sending): Promise<void> {
  while ((await send(life, sending)) === 'unheard' && !life.isOver) await life.sleep(life.random.between(1, 40));
}

/** A job whose plan can be undone. */
export const planner =
  (helper: string): Actor =>
  async (life) => {
    const sending = { by: 'sue', key: 'sue goes away', definition: journey(life.random, helper) };
    await life.sleep(life.random.between(0, 25));
    await sendUntilHeard(life, sending);
  };

/** Sends each of its jobs under a key of its own, again and again until it hears; some of them once more, or another in its place. */
export const submitter =
  (by: string, { jobs, helper }: { jobs: number; helper: string }): Actor =>
  async (life) => {
    const { random } = life;
    for (let number = 1; number <= jobs; number++) {
      const key = `${by} ${number}`;
      const sending = { by, key, definition: anyDefinition(random, { helper, name: key }) };
      await life.sleep(random.between(0, 25));
      await sendUntilHeard(life, sending);
      if (random.chance(0.2)) await send(life, sending);
      if (random.chance(0.2))
        await send(life, { ...sending, definition: anyDefinition(random, { helper, name: 'another' }) });
    }
    if (!random.chance(0.15)) return;
    while ((await sendFromTemplate(life, by, 'Write the report for me')) === 'unheard' && !life.isOver)
      await life.sleep(random.between(1, 40));
  };
