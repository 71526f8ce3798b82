/** checkReadiness: is what the job needs there? All checks side by side, outside any transaction. */
import type { Platform } from '../platform/platform.ts';
import { toolsByNames } from '../tools/store.ts';
import type { VerifierRow } from '../tools/verifier.ts';
import { checkAgents } from './checks/agents.ts';
import { checkCapabilities } from './checks/capabilities.ts';
import { checkCredentials } from './checks/credentials.ts';
import { checkResources } from './checks/resources.ts';
import { checkTools } from './checks/tools.ts';
import { checkVerifiers } from './checks/verifiers.ts';
import { toolNeeds, type ReadinessQuestion } from './question.ts';
import { readinessOf, type Readiness, type ReadinessCheck } from './readiness.ts';

/** At most one read a kind of thing; a job without tools, resources and verifiers costs that of its agents. */
export async function checkReadiness(
  platform: Platform,
  question: ReadinessQuestion,
  verifiers: readonly VerifierRow[],
): Promise<Readiness> {
  const checks = await Promise.all([
    toolsAndCredentials(platform, question),
    checkResources(platform, question.definition),
    checkAgents(platform, question.definition),
    checkCapabilities(platform, question.definition),
    checkVerifiers(platform, question, verifiers),
  ]);
  return readinessOf(checks.flat());
}

async function toolsAndCredentials(platform: Platform, { definition }: ReadinessQuestion): Promise<ReadinessCheck[]> {
  const needs = toolNeeds(definition);
  if (needs.length === 0) return [];
  const rows = await toolsByNames(
    platform.db.read,
    needs.map(({ name }) => name),
  );
  const tools = new Map(rows.map((row) => [row.name, row]));
  const limits = { time_limit_seconds: definition.max_execution_time_seconds };
  const checks = await Promise.all([
    checkTools(platform, needs, tools),
    checkCredentials(platform, { needs, tools, ...limits }),
  ]);
  return checks.flat();
}
