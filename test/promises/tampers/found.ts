/** What each checker says of lives that were tampered with, a line of JSON each: `node test/promises/tampers/found.ts`. */
import { castOf } from '../../simulation/actors/casting.ts';
import { Ledger } from '../../simulation/ledger.ts';
import { live } from '../../simulation/live.ts';
import { openGround } from '../../simulation/open-ground.ts';
import { promises } from '../all.ts';
import { found } from '../noted.ts';
import type { Look, Promised } from '../promised.ts';
import { tampers } from './all.ts';
import type { Tamper } from './tamper.ts';

export interface Found {
  name: string;
  sentence: string;
  /** The life that was tampered with; null: none of so many had such rows. */
  seed: number | null;
  /** What is broken in it as it was. */
  before: string[];
  words: string[];
}

const mostLives = 200;

const ground = await openGround(promises);
let seen: Look | undefined;
const seeing: Promised = { sentence: 'seen', atEnd: (look) => ((seen = look), []) };
const given = { ground, castOf, promised: [...promises, seeing] };

/** As if it had never been afterwards. */
function wordsOf({ promised, change, retell }: Tamper, { rows, ledger }: Look): string[] {
  const told = new Ledger(() => 0);
  told.lines.push(...structuredClone(ledger.lines));
  ground.connection.raw.exec('begin');
  for (const statement of change) ground.connection.raw.exec(statement);
  retell?.(told);
  const look = { rows, ledger: told };
  const words = [...(promised.now === undefined ? [] : found(look, promised.now)), ...promised.atEnd(look)];
  ground.rollBack();
  return words;
}

const print = (line: Found) => process.stdout.write(`${JSON.stringify(line)}\n`);

let left = tampers;
for (let seed = 1; seed <= mostLives && left.length > 0; seed++) {
  const { broken: before } = await live({ seed }, given);
  const look = seen;
  if (look === undefined) throw new Error(`life ${seed} is broken: ${before.join()}`);
  const fits = ({ where }: Tamper) => look.rows(where).length > 0;
  for (const tamper of left.filter(fits))
    print({ name: tamper.name, sentence: tamper.promised.sentence, seed, before, words: wordsOf(tamper, look) });
  left = left.filter((tamper) => !fits(tamper));
}
for (const { name, promised } of left) print({ name, sentence: promised.sentence, seed: null, before: [], words: [] });
