/** registerResource: says what there is of something. */
import type { Caller } from '../access/caller.ts';
import { nextEvent, newStream, record } from '../events/record.ts';
import { loseRace, refuse } from '../outcomes.ts';
import type { Platform, Tx } from '../platform/platform.ts';
import { wakeForResource } from './allocate.ts';
import { measureOfRow, resourceAnswer, type RegisterResource, type ResourceRow } from './resource.ts';
import { insertResource, lockResource, updateResource } from './store.ts';
import { measureOf, mostUnits, offeredUnits, unitMessage } from './units.ts';

/**
 * Registers a resource, or says anew what there is of it; saying the same again changes nothing. Wakes who
 * waits for it when there is more. Refuses `unknown_unit`, `invalid` (more than can be counted), and `in_use`
 * when jobs hold more than there would be, or hold it in units that do not convert.
 */
export async function registerResource(platform: Platform, caller: Caller, input: RegisterResource) {
  const said = { ...input, capacity: unitsIn(input) };
  return platform.db.transaction('registerResource', async (tx) => {
    const row = await lockResource(tx, { name: input.name });
    if (row !== undefined) refuseWhereHeld(row, said);
    if (row === undefined || grows(row, said)) wakeForResource(tx, said);
    return resourceAnswer(
      row !== undefined && isAsSaid(row, said) ? row : await write(tx, caller, { row, input, said }),
    );
  });
}

type Said = Pick<ResourceRow, 'name' | 'resource_type' | 'unit' | 'capacity'>;

function unitsIn({ resource_type, unit, capacity }: RegisterResource): number {
  const measure = measureOf(resource_type, unit);
  if (measure === undefined) {
    const message = unitMessage(resource_type, unit);
    return refuse('unknown_unit', { detail: message, errors: [{ pointer: '/unit', message }] });
  }
  const units = offeredUnits(capacity, measure);
  const message = 'more than can be counted exactly; choose a larger unit or another base';
  return units < mostUnits ? units : refuse('invalid', { errors: [{ pointer: '/capacity', message }] });
}

function refuseWhereHeld(row: ResourceRow, said: Said): void {
  const converts = measureOfRow(row).base === measureOf(said.resource_type, said.unit)?.base;
  if (row.allocated > (converts ? said.capacity : 0))
    refuse('in_use', { detail: `Executing jobs hold ${resourceAnswer(row).allocated} ${row.unit} of "${row.name}".` });
}

const grows = (row: ResourceRow, said: Said): boolean =>
  row.deleted_at !== null || said.capacity > row.capacity || said.resource_type !== row.resource_type;

const isAsSaid = (row: ResourceRow, said: Said): boolean =>
  row.deleted_at === null &&
  row.resource_type === said.resource_type &&
  row.unit === said.unit &&
  row.capacity === said.capacity;

interface Writing {
  row: ResourceRow | undefined;
  input: RegisterResource;
  said: Said;
}

async function write(tx: Tx, caller: Caller, { row, input, said }: Writing): Promise<ResourceRow> {
  const { name, ...data } = input;
  const stream = `resource:${name}`;
  const head = row === undefined ? newStream(stream) : { stream, version: row.version, head_hash: row.head_hash };
  const event = nextEvent(tx, head, { type: 'registered', actor: caller.id, data });
  const next = { ...said, version: event.number, head_hash: event.hash };
  if (row === undefined) await insertResource(tx, next);
  else if ((await updateResource(tx, { ...next, was_version: row.version })).length === 0) loseRace();
  record(tx, event);
  return { ...next, allocated: row?.allocated ?? 0, changed_at: tx.at, deleted_at: null };
}
