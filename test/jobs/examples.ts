/** The two definitions that callers are shown; they must be accepted as they stand. */

export const contentGeneration = JSON.parse(`{
  "job_name": "content_generation", "job_description": "Generate blog post with SEO optimization", "category": "marketing_brand",
  "primary_agent": "content_generator", "supporting_agents": ["seo_optimizer", "brand_intelligence"],
  "required_tools": [{"tool_name": "claude_completion", "tool_type": "api", "required": true, "min_rate_limit": 50, "estimated_calls": 3}],
  "required_resources": [{"resource_type": "compute", "amount": 1.0, "unit": "cores", "required": true}],
  "max_budget_usd": 0.25}`) as Record<string, unknown>;

export const vulnerabilityScan = JSON.parse(`{
  "job_name": "security_vulnerability_scan", "job_description": "Scan codebase for security vulnerabilities", "category": "core_security",
  "primary_agent": "scanner_v2", "supporting_agents": ["fixer_v2"],
  "required_tools": [{"tool_name": "bandit_scanner", "tool_type": "service", "required": true, "min_rate_limit": 10, "estimated_calls": 5, "description": "Python security scanner"},
                     {"tool_name": "safety_check", "tool_type": "service", "required": true, "min_rate_limit": 10, "estimated_calls": 3}],
  "required_resources": [{"resource_type": "compute", "amount": 2.0, "unit": "cores", "required": true}, {"resource_type": "memory", "amount": 4096.0, "unit": "MB", "required": true, "fallback_available": false}],
  "max_execution_time_seconds": 600, "max_retries": 3, "priority": 3, "max_budget_usd": 0.50,
  "input_schema": {"repository_path": "string", "scan_depth": "full|quick"}, "output_schema": {"vulnerabilities": "list", "severity_counts": "dict"}}`) as Record<
  string,
  unknown
>;
