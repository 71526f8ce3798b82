/** What the record tells. */
import { aStreamHasNoGapAndItsChainVerifies } from '../a-stream-has-no-gap-and-its-chain-verifies.ts';
import { eachTransitionHasExactlyOneEvent } from '../each-transition-has-exactly-one-event.ts';
import { tampersWith, type Tamper } from './tamper.ts';

const ended = "select 1 from jobs where state = 'succeeded'";
const eve = "'2026-03-01T00:00:00.000Z', 'eve', null, '{}', 'hash'";

export const tampersWithTheRecord: Tamper[] = [
  ...tampersWith(aStreamHasNoGapAndItsChainVerifies, ended, {
    'a line that is forged': ["update events set actor = 'eve' where type = 'started'", /^job_\w+ is broken at \d+$/],
    'a line that is lost': ["delete from events where type = 'submitted'", /^job_\w+ is broken at 2$/],
    'a last line that is lost': [
      "delete from events where type = 'learned'",
      /^the row of job_\w+ is not where its record is$/,
    ],
    'a time that goes back': [
      "update events set at = '2026-01-01T00:00:00.000Z' where type = 'learned'",
      /^job_\w+ goes back in time at \d+$/,
    ],
    'a record of nothing': [
      `insert into events select null, 'job_gone', 1, 'moved', ${eve}`,
      /^job_gone has a record and no row$/,
    ],
  }),
  ...tampersWith(eachTransitionHasExactlyOneEvent, ended, {
    'an event too many': [
      `insert into events select null, id, version + 5, 'moved', ${eve} from jobs`,
      /^job_\w+ goes to \d+$/,
    ],
    'a change that is told otherwise': [
      "update jobs set state = 'executing'",
      /^job_\w+ went from succeeded to executing as \d+ to \d+, which is not told$/,
    ],
    'a change without an event': ['update jobs set version = version + 1', /^job_\w+ has no event \d+$/],
  }),
];
