/** JSON with sorted members, and its SHA-256: enough of RFC 8785 for what is recorded here, and our own. */
import { createHash } from 'node:crypto';

export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, part]) => `${JSON.stringify(name)}:${canonical(part)}`).join(',')}}`;
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

interface Shown {
  input: Record<string, unknown>;
  sensitive: string[];
  metadata?: Record<string, unknown>;
}

/** A definition without what nobody compares: its sensitive values, which are stored sealed, and why Muster chose an agent. */
export function shown(definition: unknown): string {
  const copy = structuredClone(definition) as Shown;
  if (copy.metadata !== undefined) delete copy.metadata['assigned_because'];
  for (const path of copy.sensitive) copy.input[path.slice('input.'.length)] = 'sealed';
  return canonical(copy);
}
