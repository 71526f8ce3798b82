/** The daily maintenance, now. */
import { z } from 'zod';
import { listMaintenanceRuns, MaintenanceRun, runMaintenance } from '../../shared/maintenance/run.ts';
import { keyOf, listOf, listQuery, pageOf } from './lists.ts';
import { reply } from './reply.ts';
import { route } from './route.ts';

/** Without a `Prefer` header a call works at the run for so long. */
const usualSeconds = 10;

export const maintenanceRoutes = [
  route('runMaintenance', 'POST /v1/maintenance/run', {
    answer: () => MaintenanceRun,
    status: [200, 202],
    heeds: ['prefer_wait'],
    refuses: [],
    run: async ({ platform, caller, request }) => {
      const run = await runMaintenance(platform, caller, { seconds: request.wait_seconds ?? usualSeconds });
      return reply(run, { status: run.ended_at === null ? 202 : 200 });
    },
  }),
  route('listMaintenanceRuns', 'GET /v1/maintenance/runs', {
    query: () => z.strictObject(listQuery),
    answer: () => listOf(MaintenanceRun),
    refuses: [],
    run: async ({ platform, caller, input: { limit, cursor }, request }) => {
      const items = await listMaintenanceRuns(platform, caller, { limit, before: keyOf(request, cursor) });
      return pageOf(request, { items, limit, key: ({ run_id }) => run_id });
    },
  }),
];
