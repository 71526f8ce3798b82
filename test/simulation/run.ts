/**
 * Lives in this process: `node test/simulation/run.ts --seeds 1000 --from 1`, `--minutes 10` for as long at most,
 * `--story 42` for all that happens in one. A failing life is shrunk and told; `--json` tells in numbers, for who adds up,
 * `--kept` lives those of seeds.json before, `--keep` finds others for those that show nothing any more; `--histories`
 * tells in one line for each life, for who compares; `--plant 'no sweep'` lives with a bug of plants/bugs.ts, or with a
 * fault of plants/real-faults.ts.
 */
import { parseArgs } from 'node:util';
import { promises } from '../promises/all.ts';
import { castOf } from './actors/casting.ts';
import type { Given } from './asked.ts';
import { historyOf } from './history.ts';
import { explain, storyOfLife } from './explain.ts';
import { askedOfKept, keptLives } from './kept.ts';
import { askedOf, livesOf, toldOf } from './lives.ts';
import { openGround } from './open-ground.ts';
import { bugs } from './plants/bugs.ts';
import { realFaults } from './plants/real-faults.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    minutes: { type: 'string' },
    story: { type: 'string' },
    plant: { type: 'string' },
    histories: { type: 'boolean', default: false },
    kept: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

const print = (text: string) => process.stdout.write(`${text}\n`);

async function run(given: Given): Promise<void> {
  const { seeds, from, minutes, json } = values;
  const began = performance.now();
  const wanted = {
    from: Number(from),
    seeds: Number(seeds),
    first: values.kept ? keptLives().map(askedOfKept) : [],
    minutes: minutes === undefined ? undefined : Number(minutes),
  };
  const lives = await livesOf(wanted, given);
  for (const failed of lives.failed) print(await explain(failed, given));
  print(json ? JSON.stringify(lives) : toldOf(lives, (performance.now() - began) / 1000));
  process.exitCode = lives.failed.length > 0 ? 1 : 0;
}

async function histories(given: Given): Promise<void> {
  const from = Number(values.from);
  for (let seed = from; seed < from + Number(values.seeds); seed++) print(await historyOf({ seed }, given));
}

const plant = { ...bugs, ...realFaults }[values.plant ?? ''];
const given: Given = { ground: await openGround(promises), castOf, promised: promises, ...(plant && { plant }) };
if (values.keep) {
  const { keep } = await import('./keep.ts'); // it loads much that nothing else needs
  print((await keep(given)).join('\n'));
} else if (values.histories) await histories(given);
else if (values.story === undefined) await run(given);
else {
  const { lines, broken } = await storyOfLife(askedOf(Number(values.story)), given);
  print([...lines, ...broken].join('\n'));
}
