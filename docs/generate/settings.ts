/** Settings, from the schema that reads them. */
import { z } from 'zod';
import { settings } from '../../shared/platform/settings.ts';
import { code, generatedFrom, table } from './markdown.ts';

export const settingsPage = (): string => `${generatedFrom('shared/platform/config.ts')}

# Settings

Muster reads its settings from environment variables at its start, and from nowhere else. All of them have a
default or may be left out: without any setting Muster runs on your machine and keeps everything in one folder.
A setting that cannot be used stops the start, with its name and what is expected; an empty one counts as not
given.

${table(
  ['setting', 'default', 'meaning'],
  Object.entries(settings.shape).map(([name, schema]) => [code(name), defaultOf(schema), schema.description ?? '']),
)}

Durations are a number of seconds, or a number with one of the units \`ms\`, \`s\`, \`m\`, \`h\` and \`d\`, such as \`24h\`.
Money is US dollars with at most six decimals. Lists are separated by commas.

\`SECRET_<NAME>\` gives a secret by its lower-case name: a tool that is registered with the \`secret_name\`
\`github_token\` finds it in \`SECRET_GITHUB_TOKEN\`. What looks like a secret is masked in the log.
`;

/** A default as it would be written in the environment. */
function defaultOf(schema: z.ZodType): string {
  if (!(schema instanceof z.ZodDefault)) return '';
  const value = schema.def.defaultValue;
  if (Array.isArray(value)) return value.length === 0 ? 'none' : code(value.join(','));
  if (typeof value !== 'number') return code(String(value));
  return code(written(schema, value));
}

/** Money is told from a duration and from a plain number by what the schema makes of it. */
function written(schema: z.ZodType, value: number): string {
  if (schema.safeParse('1').data === 1_000_000) return String(value / 1_000_000);
  return schema.safeParse('1m').data === 60 ? duration(value) : String(value);
}

/** In the largest unit that gives a whole number. */
function duration(seconds: number): string {
  const units: [unit: string, seconds: number][] = [
    ['h', 3600],
    ['m', 60],
  ];
  const [unit, size] = units.find(([, size]) => seconds % size === 0) ?? ['s', 1];
  return `${seconds / size}${unit}`;
}
