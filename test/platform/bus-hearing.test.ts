import type { MessageHandlers, ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import { expect, test } from 'vitest';
import { hearing } from '../../shared/platform/bells/bus-hearing.ts';
import { openLog } from '../../shared/platform/telemetry/log.ts';

test('a bus that is away is said once, and once more after it had been heard', async () => {
  const logged: string[] = [];
  const handlers: MessageHandlers[] = [];
  const receiver = {
    subscribe: (given: MessageHandlers) => (handlers.push(given), { close: () => Promise.resolve() }),
    completeMessage: () => Promise.resolve(),
  };
  const ear = {
    bell: 'wake' as const,
    receiver: receiver as unknown as ServiceBusReceiver, // as much of it as is heard with
    log: openLog('info', (line) => logged.push(line)),
  };
  const heard = hearing(ear, () => Promise.resolve());
  const fails = () =>
    handlers[0]?.processError({
      ...{ error: new Error('ECONNREFUSED'), errorSource: 'receive' as const },
      ...{ entityPath: 'wake', fullyQualifiedNamespace: 'x', identifier: 'i' },
    });
  for (let times = 0; times < 50; times++) await fails();
  expect(logged).toHaveLength(1);
  await handlers[0]?.processMessage({ body: { id: 'month' }, messageId: 'm' } as ServiceBusReceivedMessage);
  await fails();
  await fails();
  expect(logged).toHaveLength(2);
  await heard.stop();
});
