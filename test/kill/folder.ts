/** The folder that every life begins with: people, heads, workers, prices, tools, and somebody outside to call. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PricesInput } from '../../shared/estimates/price.ts';
import { putPrices } from '../../shared/estimates/put-prices.ts';
import { registerVerifier } from '../../shared/readiness/register-verifier.ts';
import { RegisterVerifier } from '../../shared/tools/verifier.ts';
import { admin, answerBells, folk, openTown as openNewTown, Town } from '../road/town.ts';
import type { Engine } from '../../shared/platform/database/transactions.ts';
import { promises } from '../promises/all.ts';
import { openWorld, type WorldOptions } from '../world.ts';

/** Where every life begins. */
export const began = new Date('2026-03-01T12:10:00.000Z');

/** Of every head. `checked` has a verifier as well, and only in `asked` the voter outside is asked. */
export const categories = ['data', 'checked', 'asked'];

/** Makes the folder; whoever is called outside listens at `outside`. Gives the secret of the voter who is asked there. */
export async function makeFolder(folder: string, outside: string): Promise<string> {
  const town = await openNewTown({ MUSTER_DATA: folder });
  for (const head of folk.heads) await town.head(head, { categories });
  const secret = await town.head('carl', { categories: ['asked'], endpoint: `${outside}/ask` });
  const verifier = { name: 'auditor', url: `${outside}/verify`, categories: ['checked'] };
  await registerVerifier(town.platform, admin, RegisterVerifier.parse(verifier));
  await town.tool('linter');
  await town.resource('bench', 100);
  const usd = { input_usd_per_million: 100, cached_input_usd_per_million: 10, output_usd_per_million: 200 };
  await putPrices(town.platform, admin, PricesInput.parse({ overrides: [{ model: 'gold', ...usd }] }));
  await town.close();
  look(folder);
  if (secret === null) throw new Error('an agent with an endpoint has a secret');
  return secret;
}

/** What the checkers of promises note as it passes stays in the file, whoever writes there. */
function look(folder: string): void {
  const database = new DatabaseSync(join(folder, 'muster.db'));
  for (const statement of promises.flatMap(({ watch = [] }) => watch)) database.exec(statement);
  database.close();
}

export const settingsOf = (folder: string) => ({
  MUSTER_DATA: folder,
  OUTBOUND_ALLOW: '127.0.0.0/8',
  LOG_LEVEL: 'silent',
});

/** Opens a Muster on a folder that has been made, with the people who are known there. */
export type Open = (folder: string, options: WorldOptions) => Promise<Town>;

/** Statements are compiled once for all that it opens. */
export function opener(): Open {
  let builder: Engine['builder'] | undefined;
  const engine = (real: Engine): Engine => ({ ...real, builder: (builder ??= real.builder) });
  return async (folder, options) => {
    const usual: WorldOptions = { at: began, answer: answerBells, isUnwatched: true, engine };
    const town = new Town(await openWorld(settingsOf(folder), { ...usual, ...options }));
    for (const agent of [...folk.heads, ...folk.workers, 'carl']) town.beating.add(agent);
    return town;
  };
}
