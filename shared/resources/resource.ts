/** A resource: a countable capacity that executing jobs hold a part of. */
import { z } from 'zod';
import { name, time } from '../platform/wire.ts';
import { inUnit, measureOf, type Measure } from './units.ts';

export const RegisterResource = z
  .strictObject({
    name,
    resource_type: name.describe('compute, memory, gpu, storage, network, or a word of your own'),
    unit: z.string().min(1).max(20).describe('cores, millicores; B to TiB; gpus, count; Kbps to Gbps; or your own'),
    capacity: z.number().min(0).max(1e15),
  })
  .meta({ id: 'RegisterResource' });

export type RegisterResource = z.output<typeof RegisterResource>;

export const Resource = z
  .strictObject({
    name: z.string(),
    resource_type: z.string(),
    unit: z.string(),
    capacity: z.number(),
    allocated: z.number().describe('held by executing jobs'),
    free: z.number(),
    version: z.int(),
    changed_at: time,
  })
  .meta({ id: 'Resource' });

/** The row: `capacity` and `allocated` in base units. */
export interface ResourceRow {
  name: string;
  version: number;
  head_hash: string;
  resource_type: string;
  unit: string;
  capacity: number;
  allocated: number;
  changed_at: Date;
  deleted_at: Date | null;
}

export const resourceAnswer = (row: ResourceRow): z.output<typeof Resource> => ({
  name: row.name,
  resource_type: row.resource_type,
  unit: row.unit,
  capacity: inUnit(row.capacity, measureOfRow(row)),
  allocated: inUnit(row.allocated, measureOfRow(row)),
  free: inUnit(row.capacity - row.allocated, measureOfRow(row)),
  version: row.version,
  changed_at: row.changed_at,
});

/** Every row has one: its unit was checked when it was registered. */
export function measureOfRow({ name: resource, resource_type, unit }: ResourceRow): Measure {
  const measure = measureOf(resource_type, unit);
  if (measure === undefined) throw new Error(`resource ${resource} is registered in "${unit}", which nothing measures`);
  return measure;
}
