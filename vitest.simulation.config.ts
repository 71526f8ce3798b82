/** How much of the rooms that keep the promises the simulation reaches by itself: `npm run coverage:simulation`, which asks for enough of each in test/long/rooms.ts. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/long/lives-here.test.ts'],
    pool: 'forks',
    testTimeout: 1_800_000,
    coverage: {
      provider: 'v8',
      include: ['shared/{road,jobs,tasks,approvals,budgets}/**/*.ts'],
      reporter: ['text', 'json-summary'],
    },
  },
});
