/** Whoever Muster calls, answered in the process: sockets would answer in no order that a seed could repeat. */
import { OutboundFault, type Outbound, type OutboundAnswer } from '../../shared/platform/outbound/outbound.ts';
import type { Faults } from './faults.ts';
import type { Scheduler } from './scheduler.ts';

const answered = (status: number, body = ''): OutboundAnswer => ({
  ...{ status, headers: { 'content-type': 'application/json' }, body, latency_milliseconds: 20 },
});

/** They take note of what they are told and say nothing to it; actors who vote do so by a call of their own. */
export const answering = (scheduler: Scheduler, faults: Faults): Outbound => ({
  call: async ({ url, timeout_milliseconds = 10_000 }) => {
    const { host } = new URL(url);
    await scheduler.turn(`calls out to ${host}`);
    const isBad = faults.happens('outbound') ? faults.of('outbound').pick(['away', 'slow', 'broken'] as const) : 'good';
    if (isBad === 'away') throw new OutboundFault('unreachable', `planted: nobody is at ${host}`);
    await scheduler.sleep(isBad === 'slow' ? timeout_milliseconds : 20);
    if (isBad === 'slow') throw new OutboundFault('timeout', `planted: ${host} did not answer in time`);
    return isBad === 'broken' ? answered(500) : answered(204);
  },
  close: async () => {},
});
