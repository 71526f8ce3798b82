/** All that is tampered with. */
import { tampersWithApprovals } from './approvals.ts';
import { tampersWithWhatIsAsked } from './asked.ts';
import { tampersWithEffects } from './effects.ts';
import { tampersWithEnds } from './ends.ts';
import { tampersWithMail } from './mail.ts';
import { tampersWithMoney } from './money.ts';
import { tampersWithQueues } from './queues.ts';
import { tampersWithTheRecord } from './record.ts';
import { tampersWithService } from './service.ts';
import type { Tamper } from './tamper.ts';
import { tampersWithTimes } from './times.ts';
import { tampersWithUndoing } from './undone.ts';

export const tampers: readonly Tamper[] = [
  ...tampersWithEnds,
  ...tampersWithWhatIsAsked,
  ...tampersWithApprovals,
  ...tampersWithMoney,
  ...tampersWithEffects,
  ...tampersWithTheRecord,
  ...tampersWithQueues,
  ...tampersWithMail,
  ...tampersWithTimes,
  ...tampersWithService,
  ...tampersWithUndoing,
];
