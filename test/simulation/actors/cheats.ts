import { getApproval } from '../../../shared/approvals/read.ts';
import type { Actor } from '../life.ts';
import { asAgent, person } from '../town.ts';
import { anyJob, ask } from './asking.ts';
import { vote } from './heads.ts';

/** Votes where nobody of them may: the requester, its own head, and agents of the job. All of it must be refused. */
export const cheat: Actor = async (life) => {
  const voters = [person('sam'), asAgent('hank'), asAgent('writer'), asAgent('reader'), asAgent('heidi')];
  while (!life.isOver && !life.isCalm) {
    await life.sleep(life.random.between(20, 120));
    const job = anyJob(life);
    if (job === undefined) continue;
    const { job_id } = job;
    const requester = person(job.by);
    const question = await ask(life, 'getApproval', (platform) => getApproval(platform, requester, { job_id }));
    if (question === undefined) continue;
    await vote(life, requester, { ...question, isNo: false });
    await vote(life, life.random.pick(voters), { ...question, isNo: false });
  }
};
