/** Needs and resources, plain and registered. */
import type { Caller } from '../../shared/access/caller.ts';
import { RequiredResource } from '../../shared/jobs/definition.ts';
import type { Need } from '../../shared/resources/choose.ts';
import { registerResource } from '../../shared/resources/register-resource.ts';
import type { ResourceRow } from '../../shared/resources/resource.ts';
import { findResource } from '../../shared/resources/store.ts';
import type { World } from '../world.ts';

export const admin: Caller = { id: 'admin', kind: 'person', roles: ['admin'], owner_id: null };

export const aNeed = (facts: Record<string, unknown> = {}): Need =>
  RequiredResource.parse({ resource_type: 'compute', amount: 1, unit: 'cores', ...facts });

export const aResource = (facts: Partial<ResourceRow> = {}): ResourceRow => ({
  name: 'cpu_pool',
  version: 1,
  head_hash: 'ab'.repeat(32),
  resource_type: 'compute',
  unit: 'cores',
  capacity: 8000,
  allocated: 0,
  changed_at: new Date(0),
  deleted_at: null,
  ...facts,
});

/** 8 cores named `cpu_pool`, unless said otherwise. */
export const register = (
  { platform }: World,
  facts: Partial<{ name: string; resource_type: string; unit: string; capacity: number }> = {},
) =>
  registerResource(platform, admin, {
    name: 'cpu_pool',
    resource_type: 'compute',
    unit: 'cores',
    capacity: 8,
    ...facts,
  });

/** In base units; 0 for what is not registered. */
export const allocated = async ({ platform }: World, name = 'cpu_pool'): Promise<number> =>
  (await findResource(platform.db.read, { name }))?.allocated ?? 0;
