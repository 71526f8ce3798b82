/** Times: of grants, and of leases. */
import { aGrantIsUsedInItsTime } from '../a-grant-is-used-in-its-time.ts';
import { aLeaseThatEndedStaysEnded } from '../a-lease-that-ended-stays-ended.ts';
import { tampersWith, type Tamper } from './tamper.ts';

const used = "select 1 from approvals where state = 'consumed'";
const later = (type: string, seconds: number) =>
  `update events set at = strftime('%Y-%m-%dT%H:%M:%fZ', at, '+${seconds} seconds') where type = '${type}'`;

const one = '(select min(id) from tasks)';
/** Held again, with a lease until then. */
const held = (set: string) => [
  `update tasks set state = 'running', fence = fence + 1, stop_reason = null, lease_until = now_plus(60), stop_at = now_plus(90) where id = ${one}`,
  `update tasks set ${set} where id = ${one}`,
];

export const tampersWithTimes: Tamper[] = [
  ...tampersWith(aGrantIsUsedInItsTime, used, {
    'a grant that grew old': [later('consumed', 4000), /^approval_\w+ was used when its grant was too old$/],
    'a vote after the deadline': [later('ballot_cast', 4000), /^approval_\w+ has a ballot_cast after its deadline$/],
    'a grant at another time': [
      'update approvals set granted_at = now_plus(0)',
      /^approval_\w+ was not granted when it says so$/,
    ],
    'a question that is open again': ["update approvals set state = 'open'", /^approval_\w+ was consumed and is open$/],
  }),
  ...tampersWith(aLeaseThatEndedStaysEnded, "select 1 from tasks where state = 'succeeded'", {
    'a lease that is revived': [
      [...held('lease_until = now_plus(-1)'), `update tasks set lease_until = now_plus(60) where id = ${one}`],
      /^task_\w+ was renewed after its lease had ended$/,
    ],
    'a lease of what is to stop': [
      [...held("stop_reason = 'cancel'"), `update tasks set lease_until = now_plus(80) where id = ${one}`],
      /^task_\w+ was renewed though it is to stop$/,
    ],
    'a lease for longer than the task may take': [
      held('lease_until = now_plus(100)'),
      /^task_\w+ is held for longer than it may take$/,
    ],
  }),
];
