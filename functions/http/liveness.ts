/** Whether the process answers; the first question that a host asks, so that nothing else is loaded for it. */
import { z } from 'zod';
import { alone } from './route.ts';

export const livenessRoutes = [
  alone('getLiveness', 'GET /health/live', {
    answer: () => z.strictObject({ status: z.literal('ok') }).meta({ id: 'Liveness' }),
    refuses: [],
    run: () => ({ status: 'ok' as const }),
  }),
];
