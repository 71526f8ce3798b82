/** All of a life in one line: of every turn, and of every row that is there at the end. */
import { createHash } from 'node:crypto';
import type { Asked, Given } from './asked.ts';
import { live } from './live.ts';

export async function historyOf(asked: Asked, given: Given): Promise<string> {
  const hash = createHash('sha256');
  const { ground } = given;
  const lived = await live(asked, {
    ...given,
    onTurn: ({ who, what }, now) => void hash.update(`${now} ${who.name} ${what}\n`),
  });
  for (const table of ground.tables()) hash.update(JSON.stringify(ground.rows(`select * from "${table}"`)));
  return `${asked.seed}: ${lived.turns} turns, ${lived.broken.length} broken, ${hash.digest('hex')}`;
}
