/** Readiness, metrics, key figures, and what jobs can use. */
import { z } from 'zod';
import { mayReadAll } from '../../shared/access/permissions.ts';
import { CoordinationStatistics, getCoordinationStatistics } from '../../shared/insights/coordination.ts';
import { checkHealth, Health } from '../../shared/insights/health.ts';
import { metricsText } from '../../shared/insights/metrics.ts';
import { getStatistics, Statistics } from '../../shared/insights/statistics.ts';
import { getInfrastructure, Infrastructure } from '../../shared/readiness/infrastructure.ts';
import { reply } from './reply.ts';
import { route } from './route.ts';

export const insightRoutes = [
  route('getInfrastructure', 'GET /v1/deployment/infrastructure', {
    answer: () => Infrastructure,
    refuses: [],
    run: ({ platform }) => getInfrastructure(platform),
  }),
  route('getStatistics', 'GET /v1/deployment/statistics', {
    answer: () => Statistics,
    refuses: [],
    run: ({ platform }) => getStatistics(platform),
  }),
  route('getCoordinationStatistics', 'GET /v1/coordination/statistics', {
    answer: () => CoordinationStatistics,
    refuses: [],
    run: ({ platform }) => getCoordinationStatistics(platform),
  }),
  route('getReadiness', 'GET /health/ready', {
    answer: () => Health,
    status: [200, 503],
    refuses: [],
    run: async ({ platform, caller }) => {
      const { status, checks } = await checkHealth(platform);
      const details = caller !== undefined && mayReadAll(caller) ? { checks } : {};
      return reply({ status, ...details }, { status: status === 'down' ? 503 : 200 });
    },
  }),
  route('getMetrics', 'GET /metrics', {
    answer: () => z.string(),
    media: 'text/plain; version=0.0.4',
    refuses: [],
    run: ({ platform }) => metricsText(platform),
  }),
];
