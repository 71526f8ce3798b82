/** submitFromTemplate: a job whose definition is a template's, with some members replaced. */
import { canonicalJson } from '../platform/canonical-json.ts';
import type { Platform } from '../platform/platform.ts';
import type { Json } from '../platform/wire.ts';
import type { Caller } from '../access/caller.ts';
import { firstResult, once } from '../access/idempotency.ts';
import { getTemplate, withOverrides } from '../jobs/templates.ts';
import { create, sealNew } from './submit.ts';

export interface FromTemplate {
  name: string;
  overrides: Record<string, Json>;
  idempotency_key?: string | undefined;
}

/**
 * Stores a job and gives its id. The same Idempotency-Key, template and overrides give the same id again, whatever
 * has become of the template meanwhile. Refuses `unknown_template`, and what submitJob refuses.
 */
export async function submitFromTemplate(platform: Platform, caller: Caller, given: FromTemplate): Promise<string> {
  const { name, overrides, idempotency_key: key } = given;
  // A keyed hash: overrides may hold what the template calls sensitive.
  const body = { name, overrides: await platform.sealer.mac(canonicalJson(overrides)) };
  const request = { caller: caller.id, operation: 'submitFromTemplate', key, body } as const;
  const earlier = await firstResult(platform.db.read, request);
  if (earlier !== undefined) return earlier;
  const sealed = await sealNew(platform, withOverrides(await getTemplate(platform.db.read, name), overrides));
  const { id } = await platform.db.transaction('submitFromTemplate', (tx) =>
    once(tx, { ...request, create: () => create(tx, caller, sealed) }),
  );
  return id;
}
