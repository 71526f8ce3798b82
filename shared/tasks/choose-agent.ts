/** Which agent a task goes to: that with the lowest relative load, of equally busy ones that with the best record. Pure. */

/** An agent that could take the task now. */
export interface Capable {
  id: string;
  /** How many tasks it may hold at once. */
  room: number;
  /** What it holds, and what waits for it alone. */
  taken: number;
  completed: number;
  failed: number;
  /** Of its last tasks; null: none yet. */
  median_seconds: number | null;
}

/** The agent and why, in words; undefined: there is none with any room of its own. */
export function chooseAgent(capable: readonly Capable[]): { agent_id: string; because: string } | undefined {
  const [best, ...others] = capable.filter(({ room }) => room > 0).toSorted(byMerit);
  if (best === undefined) return undefined;
  const passed = others.slice(0, shown).map(wordsOf).join('; ');
  const rest = others.length > shown ? `; and ${others.length - shown} more` : '';
  return { agent_id: best.id, because: `${wordsOf(best)}.${passed === '' ? '' : ` Before ${passed}${rest}.`}` };
}

/** So many others are named. */
const shown = 3;

const byMerit = (a: Capable, b: Capable): number =>
  loadOf(a) - loadOf(b) ||
  successOf(b) - successOf(a) ||
  (a.median_seconds ?? Infinity) - (b.median_seconds ?? Infinity) ||
  (a.id < b.id ? -1 : 1);

const loadOf = ({ taken, room }: Capable): number => taken / room;

/** With one success and one failure for nobody's, so that a single lucky task is not the best record. */
const successOf = ({ completed, failed }: Capable): number => (completed + 1) / (completed + failed + 2);

const wordsOf = ({ id, taken, room, completed, failed }: Capable): string =>
  `${id} has ${taken} of ${room} tasks, ${completed} of its ${completed + failed} succeeded`;
