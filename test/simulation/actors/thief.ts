import type { Actor } from '../life.ts';
import { settleOnce, tell } from './reports.ts';

/** Writes to tasks that others hold, with their own fences. All of it must be refused. */
export const thief: Actor = async (life) => {
  const { random, ledger } = life;
  while (!life.isOver && !life.isCalm) {
    await life.sleep(random.between(20, 120));
    const held = ledger.of('claim').flatMap(({ agent, tasks }) => tasks.map((task) => ({ agent, task })));
    if (held.length === 0) continue;
    const { agent: holder, task } = random.pick(held);
    const agent = random.pick(['writer', 'reader', 'checker', 'hanna'].filter((id) => id !== holder));
    const usage = { model: 'gold', input_tokens: 7_000_000, cached_tokens: 0, output_tokens: 7_000_000 };
    const report = { agent, task, usage };
    if (random.chance(0.3)) await tell(life, report);
    else await settleOnce(life, random.pick(['complete', 'fail', 'release']), report);
  }
};
