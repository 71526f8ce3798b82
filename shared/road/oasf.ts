/** A job as a record of the Open Agentic Schema Framework. docs/oasf.md has the mapping. Pure. */
import type { Json } from '../platform/wire.ts';
import { definitionSha256 } from '../jobs/canonical.ts';
import { agentsOf } from '../jobs/definition.ts';
import { performerOf, type PlanStep } from '../jobs/plan-steps.ts';
import type { JobAnswer } from './job-answer.ts';

export const oasfMedia = 'application/vnd.oasf+json';

const schemaVersion = '0.8.0';

/** What OASF has no place for stands in the module `muster/job`, by Muster's own names. */
export function asOasf(job: JobAnswer): Record<string, Json> {
  const { definition } = job;
  return {
    schema_version: schemaVersion,
    name: definition.job_name,
    version: String(job.deployment_number),
    description: definition.job_description,
    authors: [job.submitted_by],
    created_at: new Date(job.created_at).toISOString(), // of an archived job it is text
    skills: [{ name: definition.category }],
    locators: [{ type: 'muster_job', url: `/api/v1/deployment/jobs/${job.job_id}` }],
    annotations: {
      'muster.status': job.status,
      'muster.state': job.state,
      'muster.snapshot_sha256': definitionSha256(definition),
    },
    modules: [
      { name: 'muster/job', data: jobModule(job) },
      ...definition.required_tools.map(({ tool_name, tool_type, required }) => ({
        name: `tool/${tool_name}`,
        data: { type: tool_type, required },
      })),
    ],
  };
}

const stepOf = (step: PlanStep): Record<string, Json> => {
  const { agent_id, capabilities } = performerOf(step);
  const by = agent_id === null ? { capabilities } : { agent: agent_id };
  return { name: step.name, ...by, depends_on: step.depends_on, compensated: step.compensation !== undefined };
};

const jobModule = ({ job_id, definition }: JobAnswer): Record<string, Json> => ({
  job_id,
  agents: agentsOf(definition),
  ...(definition.plan === undefined ? {} : { plan: definition.plan.map(stepOf) }),
  resources: definition.required_resources.map(({ resource_type, amount, unit }) => ({ resource_type, amount, unit })),
  max_execution_time_seconds: definition.max_execution_time_seconds,
  priority: definition.priority,
  input_schema: definition.input_schema ?? {},
  output_schema: definition.output_schema ?? {},
  ...(definition.max_budget_usd === undefined ? {} : { max_budget_usd: definition.max_budget_usd }),
});
