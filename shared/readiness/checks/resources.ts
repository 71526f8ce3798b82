/** Resources: registered, in a unit that converts, and with room at the moment. */
import type { JobDefinition } from '../../jobs/definition.ts';
import type { Platform } from '../../platform/platform.ts';
import { awaitedResource, wordsOf } from '../../resources/allocate.ts';
import { chooseResources, type Choice } from '../../resources/choose.ts';
import { resourcesFor } from '../../resources/store.ts';
import { easedIf, failed, passed, type Finding, type ReadinessCheck } from '../readiness.ts';
import { timed } from '../timed.ts';

export async function checkResources(
  { db, clock }: Platform,
  { required_resources }: JobDefinition,
): Promise<ReadinessCheck[]> {
  if (required_resources.length === 0) return [];
  return timed(clock, async () => {
    const rows = await resourcesFor(db.read, wordsOf(required_resources));
    return chooseResources(required_resources, rows).map((choice) => easedIf(choice.optional, finding(choice)));
  });
}

function finding({ need, name, problem }: Choice): Finding {
  const check = awaitedResource(need.resource_type);
  if (problem !== null) return failed(check, problem.reason, problem.remedy);
  return passed(check, `"${name}" has room for ${need.amount} ${need.unit}.`);
}
