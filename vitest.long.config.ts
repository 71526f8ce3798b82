/** What takes longer than `npm test` may: `npm run test:long`. */
import { configDefaults, defineConfig } from 'vitest/config';

const patience = { pool: 'forks', testTimeout: 3_600_000, hookTimeout: 600_000 } as const;

export default defineConfig({
  test: {
    projects: [
      { test: { ...patience, name: 'long', include: ['test/long/**/*.test.ts'] } },
      {
        test: {
          ...patience,
          name: 'over Azure SQL',
          include: [
            'access',
            'agents',
            'approvals',
            'budgets',
            'deployments',
            'estimates',
            'events',
            'insights',
            'jobs',
          ]
            .concat('messages', 'promises', 'readiness', 'resources', 'road', 'tasks', 'tools', 'http')
            .map((room) => `test/${room}/**/*.test.ts`),
          exclude: [...configDefaults.exclude, 'test/tasks/{statements,backlog,fifty-agents}.test.ts'], // they look into the embedded file
          env: { MUSTER_TWIN: 'true' },
        },
      },
    ],
  },
});
