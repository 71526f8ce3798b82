/** The configuration of the Service Bus emulator, and of the stand-in of `.ci/run`: one queue a bell. */
import { bellNames } from '../../shared/platform/platform.ts';

const properties = {
  DeadLetteringOnMessageExpiration: false,
  DefaultMessageTimeToLive: 'PT1H',
  LockDuration: 'PT5M',
  MaxDeliveryCount: 10,
  RequiresDuplicateDetection: false, // it would swallow a bell that is rung again
  RequiresSession: false,
};

export const emulatorConfig = (): string =>
  JSON.stringify({
    UserConfig: {
      Namespaces: [{ Name: 'sbemulatorns', Queues: bellNames.map((Name) => ({ Name, Properties: properties })) }],
      Logging: { Type: 'File' },
    },
  });
