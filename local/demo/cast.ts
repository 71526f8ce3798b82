/** Who takes part in the demo: people, their agents, and what jobs can use. */

export interface Member {
  id: string;
  program: 'scanner' | 'writer' | 'head';
  owner: string;
  role: 'worker' | 'category_head';
  categories?: string[];
}

const worker = (id: string, program: Member['program']): Member => ({ id, program, owner: 'mallory', role: 'worker' });
const head = (id: string, owner: string, category: string): Member => ({
  id,
  program: 'head',
  owner,
  role: 'category_head',
  categories: [category],
});

/** The requester owns no head: nobody answers their own question. */
export const people = [
  { id: 'riley', roles: ['submitter'] },
  { id: 'mallory', roles: [] },
  { id: 'alice', roles: [] },
  { id: 'bob', roles: [] },
];

export const members: Member[] = [
  worker('content_generator', 'writer'),
  worker('seo_optimizer', 'writer'),
  worker('brand_intelligence', 'writer'),
  worker('scanner_v2', 'scanner'),
  worker('fixer_v2', 'scanner'),
  head('seo_lead', 'alice', 'marketing_brand'),
  head('brand_lead', 'bob', 'marketing_brand'),
  head('appsec_lead', 'alice', 'core_security'),
  head('platform_lead', 'bob', 'core_security'),
];

export const tools = [
  { name: 'claude_completion', tool_type: 'api', rate_limit: 60 },
  { name: 'bandit_scanner', tool_type: 'service', rate_limit: 30 },
  { name: 'safety_check', tool_type: 'service', rate_limit: 30 },
];

export const resources = [
  { name: 'compute', resource_type: 'compute', unit: 'cores', capacity: 8 },
  { name: 'memory', resource_type: 'memory', unit: 'GB', capacity: 16 },
];

/** The two jobs of the demo. */
export const definitions = [
  {
    job_name: 'content_generation',
    job_description: 'Generate blog post with SEO optimization',
    category: 'marketing_brand',
    primary_agent: 'content_generator',
    supporting_agents: ['seo_optimizer', 'brand_intelligence'],
    required_tools: [
      { tool_name: 'claude_completion', tool_type: 'api', required: true, min_rate_limit: 50, estimated_calls: 3 },
    ],
    required_resources: [{ resource_type: 'compute', amount: 1.0, unit: 'cores', required: true }],
    max_budget_usd: 0.25,
  },
  {
    job_name: 'security_vulnerability_scan',
    job_description: 'Scan codebase for security vulnerabilities',
    category: 'core_security',
    primary_agent: 'scanner_v2',
    supporting_agents: ['fixer_v2'],
    required_tools: [
      {
        tool_name: 'bandit_scanner',
        tool_type: 'service',
        required: true,
        min_rate_limit: 10,
        estimated_calls: 5,
        description: 'Python security scanner',
      },
      { tool_name: 'safety_check', tool_type: 'service', required: true, min_rate_limit: 10, estimated_calls: 3 },
    ],
    required_resources: [
      { resource_type: 'compute', amount: 2.0, unit: 'cores', required: true },
      { resource_type: 'memory', amount: 4096.0, unit: 'MB', required: true, fallback_available: false },
    ],
    max_execution_time_seconds: 600,
    max_retries: 3,
    priority: 3,
    max_budget_usd: 0.5,
    input_schema: { repository_path: 'string', scan_depth: 'full|quick' },
    output_schema: { vulnerabilities: 'list', severity_counts: 'dict' },
  },
];
