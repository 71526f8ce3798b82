/** What a failed run has undone. */
import { aFailedRunUndoesWhatItHasDone } from '../a-failed-run-undoes-what-it-has-done.ts';
import { tampersWith, type Tamper } from './tamper.ts';

const undone = "select 1 from tasks where undoes = 'hotel' and output is not null";
const both = `${undone} and exists (select 1 from tasks other where other.deployment_id = tasks.deployment_id
  and other.undoes = 'flight' and other.queued_at is not null)`;

export const tampersWithUndoing: Tamper[] = [
  ...tampersWith(aFailedRunUndoesWhatItHasDone, undone, {
    'a step that is not undone': ["delete from tasks where undoes = 'hotel'", / and hotel was not to be undone$/],
    'an undoing of a run that succeeded': [
      "update deployments set outcome = 'succeeded'",
      / is succeeded and hotel was to be undone$/,
    ],
    'an undoing that is not told what it undoes': [
      "update tasks set input = json_set(input, '$.undoes', 'flight') where undoes = 'hotel'",
      / does not say what is to be undone of hotel$/,
    ],
    'something left that nobody is told of': [
      "update tasks set output = null where undoes = 'hotel'",
      /^nobody is told what job_\w+ has left$/,
    ],
    'something that is said to be left': [
      "insert into action_items (id, code, subject, detail, created_at) select 'item_forged', 'compensation_failed', id, 'x', created_at from jobs limit 1",
      / is said to have left something$/,
    ],
  }),
  ...tampersWith(aFailedRunUndoesWhatItHasDone, both, {
    'an older step that is undone first': [
      "update tasks set queued_at = '2000-01-01T00:00:00.000Z' where undoes = 'flight'",
      / undoes flight before hotel, which is newer$/,
    ],
  }),
];
