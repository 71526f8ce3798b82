/** Which transactions are the product's: a test may run a part in a transaction of its own, without its caller's locks. */
import { globSync, readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);
const opened = /\b(?:transaction|batch|stage|callingStage|readingStage)(?:<[^()]*>)?\(\s*'([^']+)'/g;

const named = new Set(
  globSync('shared/**/*.ts', { cwd: root.pathname }).flatMap((path) =>
    [...readFileSync(new URL(path, root), 'utf8').matchAll(opened)].map(([, name]) => name),
  ),
);

/** A stage's claim has the stage's name and the word. */
export const isOurs = (transaction: string): boolean => named.has(transaction.replace(/ claim$/, ''));

/** All of them, for the test that each has been watched. */
export const transactionsOfOurs = (): string[] => [...named].filter((name) => name !== undefined).toSorted();
