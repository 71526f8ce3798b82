/** Opens sealed values in the input of a task, for its holder alone. */
import { sealedValues, type SealedValue } from '../access/sealed.ts';
import { sealedIn } from '../jobs/sensitive.ts';
import type { Platform } from '../platform/platform.ts';
import type { Json } from '../platform/wire.ts';
import { claimedTask, type ClaimedTask } from './lease.ts';
import type { LeasedTask } from './take.ts';

type Input = Record<string, Json>;

/** Claimed tasks as their holder sees them. Outside of transactions. */
export const openTasks = (platform: Platform, tasks: readonly LeasedTask[]): Promise<ClaimedTask[]> =>
  Promise.all(tasks.map(async (task) => ({ ...claimedTask(task), input: await openInput(platform, task.input) })));

/**
 * The input with each `{"$sealed": "sec_…"}` replaced by its value. A marker that stands elsewhere than where its
 * value was sealed stays as it is: nobody reads a secret by naming it in another place.
 */
export async function openInput(platform: Platform, input: Input): Promise<Input> {
  const marks = sealedIn(input);
  if (marks.length === 0) return input;
  const values = await sealedValues(platform.db.read, [...new Set(marks.map(({ id }) => id))]);
  const open = new Map<string, Json>();
  for (const { id, path } of marks) {
    const value = values.find((value) => value.id === id && value.path === path);
    if (value !== undefined) open.set(path, await opened(platform, value));
  }
  return withOpened(input, 'input', open) as Input; // an object gives an object
}

const opened = async (platform: Platform, value: SealedValue): Promise<Json> =>
  JSON.parse(await platform.sealer.open(value, value.path)) as Json; // sealed as JSON

const isObject = (value: Json): value is Input => typeof value === 'object' && value !== null && !Array.isArray(value);

function withOpened(value: Json, path: string, open: ReadonlyMap<string, Json>): Json {
  const found = open.get(path);
  if (found !== undefined) return found;
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, withOpened(part, `${path}.${name}`, open)]),
  );
}
