import { configDefaults, defineConfig } from 'vitest/config';

const long = 'test/long/**'; // vitest.long.config.ts
const tests = 'test/**/*.test.ts';

/** What a process remembers, as the SDKs of Azure do, or ends with: each of these files has one of its own. */
const apart = [
  'test/azure/{functions,key-vault,pairs}/**/*.test.ts',
  'test/azure/engine.test.ts',
  'test/telemetry/insights.test.ts',
  'test/{journeys,kill,local,model,simulation}/**/*.test.ts',
];

export default defineConfig({
  test: {
    pool: 'forks', // databases are synchronous, and servers are closed at the end
    maxWorkers: '100%', // its own default leaves a core idle, half of a small machine
    testTimeout: 20_000,
    hookTimeout: 20_000,
    expect: { poll: { timeout: 10_000, interval: 20 } }, // a second is short where all else runs beside
    projects: [
      { extends: true, test: { name: 'apart', include: apart, exclude: [...configDefaults.exclude, long] } },
      {
        extends: true,
        test: {
          name: 'together', // no module has a state: loading them all for each file would take half of the time
          include: [tests],
          exclude: [...configDefaults.exclude, long, ...apart],
          isolate: false,
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['shared/**/*.ts'],
      reporter: ['text-summary'],
      thresholds: { lines: 90, branches: 90 },
    },
  },
});
