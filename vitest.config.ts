import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/long/**'], // vitest.long.config.ts
    pool: 'forks', // databases are synchronous and servers are closed at the end: a process each keeps them apart
    maxWorkers: '100%', // its own default leaves a core idle, half of a small machine
    testTimeout: 20_000,
    hookTimeout: 20_000,
    expect: { poll: { timeout: 10_000, interval: 20 } }, // a second is short where all else runs beside
    coverage: {
      provider: 'v8',
      include: ['shared/**/*.ts'],
      reporter: ['text-summary'],
      thresholds: { lines: 90, branches: 90 },
    },
  },
});
