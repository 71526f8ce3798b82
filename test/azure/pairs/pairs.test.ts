/** Every pair of transactions of Muster, on Azure SQL: docs/concurrency.md says what is tried. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { made } from '../../../docs/generate.ts';
import { concurrencyPageOf } from '../../../docs/generate/concurrency.ts';
import { transactionsOfOurs } from '../../locks/ours.ts';
import type { Access } from './access.ts';
import { coursesOf, explored, pairsOf, type Explored } from './explore.ts';
import type { Recording, Run } from './recorder.ts';
import { claimFor, reviewed } from './reviewed.ts';
import { recordEverywhere } from './scene.ts';

let recording: Recording;
let all: Explored;
beforeAll(async () => {
  recording = await recordEverywhere();
  all = explored(recording);
}, 180_000); // a quarter of a minute of work, beside much else

const told = ({ names, wrong, tables }: Explored['open'][number]) =>
  `${names.join(' × ')}: ${wrong} on ${tables.join(' and ')}`;

describe('two transactions at once', () => {
  it('are any two of Muster', () => {
    const bare = new Set(all.names.map((name) => name.replace(/ claim$/, '')));
    expect(transactionsOfOurs().filter((name) => !bare.has(name.replace(/ claim$/, '')))).toEqual([]);
  });

  it('come to what they would have come to one after the other, or somebody has said why it does no harm', () => {
    expect(all.open.filter(({ claim }) => claim === undefined).map(told)).toEqual([]);
  });

  it('never wait for each other', () => {
    expect(all.open.filter(({ wrong }) => wrong === 'deadlock').map(told)).toEqual([]);
  });

  it('do no harm for reasons that are all needed', () => {
    const unneeded = reviewed.flatMap((claim) => {
      const of = all.open.filter((pair) => pair.claim === claim);
      const names = [...claim.who, ...claim.beside].filter((name) => !of.some((pair) => pair.names.includes(name)));
      const tables = claim.rows.filter((table) => !of.some((pair) => pair.tables.includes(table)));
      const wrong = claim.wrong.filter((each) => !of.some((pair) => pair.wrong === each));
      return [...names, ...tables, ...wrong].map((part) => `${claim.who.join()}: ${part}`);
    });
    expect(unneeded).toEqual([]);
  });

  it('are told of in docs/concurrency.md; if not, run: node docs/generate.ts', async () => {
    const page = readFileSync(new URL('../../../docs/concurrency.md', import.meta.url), 'utf8');
    expect(page === (await made('concurrency.md', async () => concurrencyPageOf(all)))).toBe(true); // its lines are too long to be shown
  });
});

/** What is found beside all others when a transaction does not lock a table's rows first, or does not look again as it writes. */
function without(name: string, table: string, part: 'lock' | 'guard'): string[] {
  const weak = (access: Access): Access => {
    if (access.table !== table) return access;
    return part === 'guard'
      ? { ...access, guards: new Map() }
      : { ...access, kind: access.kind === 'lock' ? 'read' : access.kind };
  };
  const weakened = (run: Run): Run => (run.name === name ? { ...run, accesses: run.accesses.map(weak) } : run);
  const sides = coursesOf({ ...recording, runs: recording.runs.map(weakened) });
  const own = sides.filter(({ run }) => run.name === name);
  const pairs = own.flatMap((one) => sides.flatMap((other) => pairsOf(one, other)));
  return pairs
    .filter((pair) => pair.because.length === 0 && claimFor(pair, pair.names) === undefined)
    .map(({ wrong }) => wrong);
}

describe('without it, harm is found:', () => {
  it.each([
    ['claimTasks', 'agents'],
    ['castBallot', 'approvals'],
    ['putPrincipal', 'principals'],
    ['cancelJob', 'jobs'],
    ['failTask', 'tasks'],
    ['learnFromJob', 'learners'],
  ])('the lock that %s takes of %s', (name, table) => {
    expect(without(name, table, 'lock')).not.toEqual([]);
  });

  it.each([
    ['learnFromJob', 'jobs'],
    ['claimTasks', 'tasks'],
    ['completeTask', 'tasks'],
  ])('the guard by which %s changes %s', (name, table) => {
    expect(without(name, table, 'guard')).not.toEqual([]);
  });
});
