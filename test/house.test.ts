/** The house keeps its shape: every rule is read from the sources, and each is shown to fail. */
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { arrows, roomsOnFloors, storeDoors } from './house/arrows.ts';
import { fileSizes, functionSizes, limits, medians, parameterCounts } from './house/sizes.ts';
import { readSource, type House, type Rule } from './house/source.ts';
import { headsMoveAtHome, noRawWrites, tableOwners, tablesNamed } from './house/stores.ts';
import { clockAndRandom, environment, fileNames, noBarrels, noMarks, noModuleState } from './house/words.ts';

/** A virtual file map for each way to break a rule. */
type Files = Record<string, string>;

const schema =
  '-- room: jobs\nCREATE TABLE jobs (\n-- room: budgets\nCREATE TABLE budgets (\n-- room: road\nCREATE TABLE roads (\n';
const planted: Record<string, { rule: Rule; violations: Files[] }> = {
  'local reaches functions, functions reach shared, and nothing points back': {
    rule: arrows,
    violations: [
      { 'shared/jobs/read.ts': "import { app } from '../../functions/http/api.ts';" },
      { 'functions/routes.ts': "import { serve } from '../local/server.ts';" },
      { 'shared/jobs/read.ts': "const { openWorld } = await import('../../test/world.ts');" },
      { 'examples/agents/worker.ts': "import type { Job } from '../../shared/jobs/job.ts';" },
      { 'functions/http/api.ts': "import { app } from '@azure/functions';" },
      { 'local/server.ts': "import type { HttpRequest } from '@azure/functions-core';" },
    ],
  },
  'a room imports only from lower floors, types too': {
    rule: roomsOnFloors,
    violations: [
      { 'shared/jobs/move.ts': "import type { Task } from '../tasks/task.ts';" },
      { 'shared/budgets/reserve.ts': "import { snapshot } from '../deployments/snapshot.ts';" },
      { 'shared/outcomes.ts': "import { record } from './events/record.ts';" },
      { 'shared/platform/open.ts': "export type { Event } from '../events/chain.ts';" },
      { 'shared/jobs/read.ts': "let task: import('../tasks/task.ts').Task;" },
      { 'shared/kitchen/cook.ts': 'export const cook = 1;' },
    ],
  },
  'SQL is written in stores alone, and only rooms call them': {
    rule: storeDoors,
    violations: [
      { 'shared/jobs/read.ts': "import { store } from '../platform/database/statement.ts';" },
      { 'shared/jobs/read.ts': "import { sql } from 'kysely';" },
      { 'functions/http/jobs.ts': "import { findJob } from '../../shared/jobs/store.ts';" },
      { 'local/replay.ts': "import { findJob } from '../shared/jobs/store/find-job.ts';" },
    ],
  },
  'a table is written by the room that owns it': {
    rule: tableOwners,
    violations: [
      { 'shared/road/store.ts': "const a = (q) => q.insertInto('jobs').values({});" },
      { 'shared/jobs/store.ts': "const a = (q) => q.updateTable('budgets as b').set({});" },
      { 'shared/jobs/store.ts': "const a = (q) => q.deleteFrom('nowhere');" },
      { 'shared/road/store.ts': "const a = dueWork('jobs');" },
      { 'shared/jobs/store.ts': 'const a = (q, table) => q.deleteFrom(table);' },
    ],
  },
  'no raw SQL writes': {
    rule: noRawWrites,
    violations: [
      { 'shared/jobs/store.ts': 'const a = sql`DELETE FROM jobs`;' },
      { 'shared/jobs/store.ts': 'const a = sql`update budgets set spent = 0`;' },
    ],
  },
  'a store names tables that exist, its own or of lower rooms': {
    rule: tablesNamed,
    violations: [
      { 'shared/jobs/store.ts': 'const { all } = store<{ jobs: Job; nowhere: Row }>();' },
      { 'shared/jobs/store.ts': 'const { all } = store<{ jobs: Job; roads: Row }>();' },
    ],
  },
  'a statement that moves the head of a stream is run by its own room': {
    rule: headsMoveAtHome,
    violations: [
      {
        'shared/jobs/store.ts':
          "export const updateMoved = change((q, p) => q.updateTable('jobs').set({ head_hash: p.head_hash }));",
        'shared/road/cancel.ts': "import { updateMoved } from '../jobs/store.ts';",
      },
    ],
  },
  'a file has at most 200 lines': {
    rule: fileSizes,
    violations: [{ 'shared/jobs/read.ts': 'f();\n'.repeat(limits.fileLines + 1) }],
  },
  'a function has at most 40 lines': {
    rule: functionSizes,
    violations: [
      { 'shared/jobs/read.ts': `const a = () => {\n${'f();\n'.repeat(limits.functionLines - 1)}};` },
      { 'local/start.ts': `class A { b() {\n${'f();\n'.repeat(limits.functionLines - 1)}} }` },
    ],
  },
  'a function takes at most three parameters': {
    rule: parameterCounts,
    violations: [
      { 'shared/jobs/read.ts': 'const f = (a, b, c, ...d) => a;' },
      { 'functions/timers.ts': 'function f(a, b, c, d) {}' },
    ],
  },
  'the median file has at most 60 lines, the median function 10': {
    rule: medians,
    violations: [
      { 'shared/jobs/read.ts': 'f();\n'.repeat(limits.medianFileLines + 1) },
      { 'shared/jobs/read.ts': `function f() {\n${'f();\n'.repeat(limits.medianFunctionLines)}}` },
    ],
  },
  'file names say what is inside, in kebab-case': {
    rule: fileNames,
    violations: [
      { 'shared/jobs/utils.ts': '' },
      { 'shared/helpers/sort.ts': '' },
      { 'test/common.test.ts': '' },
      { 'shared/jobs/types.ts': '' },
      { 'shared/jobs/index.ts': '' },
      { 'shared/jobs/moveJob.ts': '' },
    ],
  },
  'no barrels': {
    rule: noBarrels,
    violations: [{ 'shared/jobs/jobs.ts': "export * from './job.ts';\nexport { a } from './move.ts';" }],
  },
  'the environment is read by what starts the process': {
    rule: environment,
    violations: [
      { 'shared/jobs/read.ts': 'const a = process.env.PORT;' },
      { 'functions/http/api.ts': "import { env } from 'node:process';" },
    ],
  },
  'time and randomness come from the platform': {
    rule: clockAndRandom,
    violations: [
      { 'shared/jobs/read.ts': 'const a = Date.now();' },
      { 'shared/jobs/read.ts': 'const a = new Date();' },
      { 'functions/timers.ts': 'const a = Math.random();' },
      { 'shared/access/keys.ts': "import { randomBytes } from 'node:crypto';" },
      { 'shared/access/keys.ts': 'const a = crypto.randomUUID();' },
    ],
  },
  'no state in modules': {
    rule: noModuleState,
    violations: [{ 'shared/jobs/read.ts': 'let seen = 0;' }, { 'functions/timers.ts': 'export let last = 0;' }],
  },
  'nothing unfinished, skipped or escaped': {
    rule: noMarks,
    violations: [
      { 'shared/jobs/read.ts': `// ${'TO'}${'DO'}: later` },
      { 'shared/jobs/read.ts': `throw new Error('not ${'impl'}emented');` },
      { 'test/jobs/read.test.ts': `it.${'sk'}ip('works', () => {});` },
      { 'test/jobs/read.test.ts': `describe.${'on'}ly('jobs', () => {});` },
      { 'shared/jobs/read.ts': `const a = b as ${'any'};` },
      { 'shared/jobs/read.ts': `// @ts-${'ignore'}` },
      { 'shared/jobs/read.ts': `f(); // oxlint-${'disable'}-line` },
      { 'shared/jobs/read.ts': `f();\nconst a = b as ${'unknown'} as C;` },
    ],
  },
};

const built = (files: Files): House => ({
  sources: Object.entries(files).map(([path, text]) => readSource(path, text)),
  schema,
});

const root = new URL('..', import.meta.url);
const paths = globSync('{functions,local,shared,examples,bench,test}/**/*.ts', {
  cwd: root.pathname,
  exclude: ['**/node_modules'], // bench/queue has one of its own
}).toSorted();
const muster: House = {
  sources: paths.map((path) => readSource(path, readFileSync(new URL(path, root), 'utf8'))),
  schema: globSync('shared/platform/database/sqlite/*.sql', { cwd: root.pathname })
    .map((path) => readFileSync(new URL(path, root), 'utf8'))
    .join('\n'),
};

describe('the house', () => {
  it.each(Object.entries(planted))('%s', (_, { rule }) => {
    expect(rule(muster)).toEqual([]);
  });

  it('is read at all', () => {
    expect(muster.sources.length).toBeGreaterThan(40);
  });
});

describe('a planted violation is caught', () => {
  it.each(
    Object.entries(planted).flatMap(([name, { rule, violations }]) =>
      violations.map((files) => ({ name, rule, files, shown: Object.entries(files).at(-1)?.join(' ').slice(0, 70) })),
    ),
  )('$name: $shown', ({ rule, files }) => {
    expect(rule(built(files))).toHaveLength(1);
  });
});

describe('what is allowed passes', () => {
  it('and breaks no other rule by accident', () => {
    const house = built({
      'shared/jobs/store.ts': [
        "import { store } from '../platform/database/statement.ts';",
        'const { all } = store<{ jobs: Job }>();',
        "export const findJob = all((q, p) => q.selectFrom('jobs'));",
        "export const lockJob = all((q, p) => q.updateTable('jobs'));",
      ].join('\n'),
      'shared/road/cancel.ts': `import { lockJob } from '../jobs/store.ts';\nconst at = new Date(0);\n// a reason\nexport const a = at as ${'unknown'} as B;\n`,
      'shared/outcomes.ts': "import { problems } from './problems.ts';",
      'functions/azure.ts': "import { app } from '@azure/functions';\nconst a = process.env;",
      'local/start.ts':
        "import { api } from '../functions/http/api.ts';\nimport { open } from '../shared/platform/open.ts';\nconst a = Date.now();",
    });
    expect(Object.values(planted).flatMap(({ rule }) => rule(house))).toEqual([]);
  });
});
