/** What readiness is asked about. */
import type { JobDefinition } from '../jobs/definition.ts';
import type { Json } from '../platform/wire.ts';
import { isOptional } from '../resources/choose.ts';

export interface ReadinessQuestion {
  definition: JobDefinition;
  /** The deployment's, where there is one already. */
  id?: string;
  /** The job's, where there is one already: a try that is repeated has the same. */
  version?: number | undefined;
}

/** The tools of a definition, each once: one that is named twice has its calls added up. */
export interface ToolNeed {
  name: string;
  optional: boolean;
  /** Calls a minute that the tool must allow. */
  min_rate_limit: number;
  estimated_calls: number;
}

/** Pure. A tool is optional when each naming of it is. */
export function toolNeeds({ required_tools }: Pick<JobDefinition, 'required_tools'>): ToolNeed[] {
  const needs = new Map<string, ToolNeed>();
  for (const { tool_name: name, required, fallback_available, min_rate_limit, estimated_calls } of required_tools) {
    const before = needs.get(name) ?? { name, optional: true, min_rate_limit: 0, estimated_calls: 0 };
    needs.set(name, {
      name,
      optional: before.optional && isOptional({ required, fallback_available }),
      min_rate_limit: Math.max(before.min_rate_limit, min_rate_limit),
      estimated_calls: before.estimated_calls + estimated_calls,
    });
  }
  return [...needs.values()];
}

/** What a verifier is told at its URL. Pure. */
export const toldToVerifiers = ({ definition, id }: ReadinessQuestion): Record<string, Json> => ({
  type: 'readiness.check',
  deployment_id: id ?? null,
  definition: toldDefinition(definition),
});

/**
 * The definition without its payload, which may be large, and without the values that it calls sensitive, which
 * before submission are not sealed yet. Pure.
 */
export function toldDefinition({ payload: _, input, ...rest }: JobDefinition): Json {
  return { ...(rest as Record<string, Json>), input: withoutSensitive(input, rest.sensitive) }; // JSON as it came
}

function withoutSensitive(input: Record<string, Json>, paths: readonly string[]): Record<string, Json> {
  const told = structuredClone(input);
  for (const path of paths) leaveOut(told, path.split('.').slice(1));
  return told;
}

function leaveOut(holder: Record<string, Json>, [member = '', ...rest]: string[]): void {
  if (!Object.hasOwn(holder, member)) return;
  const value = holder[member];
  if (rest.length === 0) delete holder[member];
  else if (typeof value === 'object' && value !== null && !Array.isArray(value)) leaveOut(value, rest);
}
