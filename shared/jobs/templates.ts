/** Templates: definitions to start from. Three are built in; an admin may replace them or add others. */
import { z } from 'zod';
import { nextEvent, newStream, record } from '../events/record.ts';
import { loseRace, refuse } from '../outcomes.ts';
import type { Platform, Reads } from '../platform/platform.ts';
import { name } from '../platform/wire.ts';
import { checkMatch } from '../access/if-match.ts';
import type { Caller } from '../access/caller.ts';
import { JobDefinition } from './definition.ts';
import { hasValueAt } from './sensitive.ts';
import { findTemplate, insertTemplate, listTemplateRows, lockTemplate, updateTemplate } from './store/templates.ts';

export const Template = z.strictObject({ name, version: z.int(), definition: JobDefinition }).meta({ id: 'Template' });
export type Template = z.output<typeof Template>;

const builtIn: Template[] = [
  {
    job_name: 'security_scan',
    job_description: 'Scan a code base for security vulnerabilities and report them by severity',
    category: 'core_security',
    primary_agent: 'security_scanner',
    max_execution_time_seconds: 1800,
    priority: 3,
    max_budget_usd: 0.5,
  },
  {
    job_name: 'content_generation',
    job_description: 'Write a text for a named audience and have it checked for search engines',
    category: 'marketing_brand',
    primary_agent: 'content_generator',
    max_execution_time_seconds: 900,
    max_budget_usd: 0.25,
  },
  {
    job_name: 'product_import',
    job_description: 'Read products from a supplier, check each against its schema, and import those that pass',
    category: 'ecommerce',
    primary_agent: 'product_importer',
    max_execution_time_seconds: 3600,
    max_budget_usd: 1,
  },
].map((definition) => ({ name: definition.job_name, version: 0, definition: JobDefinition.parse(definition) }));

export async function listTemplates(reads: Reads): Promise<Template[]> {
  const stored = (await listTemplateRows(reads, {})).map(answer);
  const names = new Set(stored.map(({ name: stands }) => stands));
  return [...builtIn.filter((template) => !names.has(template.name)), ...stored].toSorted((a, b) =>
    a.name < b.name ? -1 : 1,
  );
}

/** Refuses `unknown_template`. */
export async function getTemplate(reads: Reads, template: string): Promise<Template> {
  const row = await findTemplate(reads, { name: template });
  const found = row === undefined ? builtIn.find((one) => one.name === template) : answer(row);
  return found ?? refuse('unknown_template', { detail: `There is no template "${template}".` });
}

const answer = (row: { name: string; version: number; definition: JobDefinition }): Template => ({
  name: row.name,
  version: row.version,
  definition: row.definition,
});

/** Stores a template of that name; a built-in one is version 0. Refuses `stale`, and `invalid` for a secret. */
export async function putTemplate(
  platform: Platform,
  caller: Caller,
  input: { name: string; definition: JobDefinition; if_match?: string | undefined },
) {
  refuseSecrets(input.definition);
  return platform.db.transaction('putTemplate', async (tx) => {
    const row = await lockTemplate(tx, { name: input.name });
    checkMatch(input.if_match, row?.version ?? 0);
    const stream = `template:${input.name}`;
    const event = nextEvent(tx, row === undefined ? newStream(stream) : { stream, ...row }, {
      type: 'template_set',
      actor: caller.id,
      data: { name: input.name },
    });
    const next = { name: input.name, version: event.number, head_hash: event.hash, definition: input.definition };
    if (row === undefined) await insertTemplate(tx, next);
    else if ((await updateTemplate(tx, { ...next, was_version: row.version })).length === 0) loseRace();
    record(tx, event);
    return answer(next);
  });
}

/** A template is read by everybody, so a sensitive value comes with the job and not with the template. */
function refuseSecrets(definition: JobDefinition): void {
  const present = definition.sensitive.filter((path) => hasValueAt(definition, path));
  const message = 'a sensitive value: leave it out here, and give it in the overrides of each job';
  const errors = present.map((path) => ({ pointer: `/definition/${path.replaceAll('.', '/')}`, message }));
  if (errors.length > 0) refuse('invalid', { errors });
}

/** A template's definition with some members replaced. Refuses `invalid` when the whole does not fit. */
export function withOverrides(
  template: Template,
  overrides: Partial<Record<keyof JobDefinition, unknown>>,
): JobDefinition {
  const parsed = JobDefinition.safeParse({ ...template.definition, ...overrides });
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map(({ path, message }) => ({ pointer: `/overrides/${path.join('/')}`, message }));
  return refuse('invalid', { errors });
}
