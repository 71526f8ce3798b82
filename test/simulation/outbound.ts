/** Whoever Muster calls, answered in the process: sockets would answer in no order that a seed could repeat. */
import { OutboundFault, type Outbound, type OutboundAnswer } from '../../shared/platform/outbound/outbound.ts';
import type { Faults } from './faults.ts';
import type { Answerer } from './life.ts';
import type { Scheduler } from './scheduler.ts';

const answered = (status: number, body = ''): OutboundAnswer => ({
  ...{ status, headers: { 'content-type': 'application/json' }, body, latency_milliseconds: 20 },
});

interface Reached {
  scheduler: Scheduler;
  faults: Faults;
  /** The actors that listen; who else is called takes note of it and says nothing. */
  hosts: ReadonlyMap<string, Answerer>;
  /** The time of a clock that is right. */
  now: () => Date;
}

export const answering = ({ scheduler, faults, hosts, now }: Reached): Outbound => ({
  call: async (request) => {
    const { timeout_milliseconds = 10_000 } = request;
    const { host } = new URL(request.url);
    await scheduler.turn(`calls out to ${host}`);
    const isBad = faults.happens('outbound')
      ? faults.of('outbound').pick(['away', 'slow', 'broken', 'forbidden'] as const)
      : 'good';
    if (isBad === 'forbidden') throw new OutboundFault('refused', `planted: ${host} may not be called`);
    if (isBad === 'away') throw new OutboundFault('unreachable', `planted: nobody is at ${host}`);
    await scheduler.sleep(isBad === 'slow' ? timeout_milliseconds : 20);
    if (isBad === 'slow') throw new OutboundFault('timeout', `planted: ${host} did not answer in time`);
    if (isBad === 'broken') return answered(500);
    return hosts.get(host)?.(request, now()) ?? answered(204);
  },
  check: async () => {},
  close: async () => {},
});
