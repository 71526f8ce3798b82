import { canonical, sha256 } from './canonical.ts';
import type { Look, Promised } from './promised.ts';

const streams = `
  select id stream, version, head_hash from jobs union all select id, version, head_hash from approvals
  union all select 'agent:' || id, version, head_hash from agents
  union all select 'principal:' || id, version, head_hash from principals
  union all select 'tool:' || name, version, head_hash from tools
  union all select 'verifier:' || name, version, head_hash from verifiers
  union all select 'resource:' || name, version, head_hash from resources
  union all select 'template:' || name, version, head_hash from templates
  union all select 'message_type:' || name, version, head_hash from message_types
  union all select name, version, head_hash from channel_lists
  union all select 'budget:' || scope || ':' || period, version, head_hash from budgets`;

interface EventRow {
  stream: string;
  number: number;
  type: string;
  at: string;
  actor: string;
  trace: string | null;
  data: string;
  hash: string;
}

/** Follows every chain from its beginning, and holds its end against the row. */
function badLines({ rows }: Look): string[] {
  const bad: string[] = [];
  const ends = new Map<string, Pick<EventRow, 'number' | 'hash' | 'at'>>();
  for (const { hash, data, ...line } of rows<EventRow>('select * from events order by stream, number')) {
    const { stream, number, type, at, actor, trace } = line;
    const before = ends.get(stream) ?? { number: 0, hash: '0'.repeat(64), at };
    const text = canonical({ stream, number, type, at, actor, trace, data: JSON.parse(data) as unknown });
    if (number !== before.number + 1 || hash !== sha256(before.hash + text))
      bad.push(`${stream} is broken at ${number}`);
    if (at < before.at) bad.push(`${stream} goes back in time at ${number}`);
    ends.set(stream, { number, hash, at });
  }
  for (const { stream, version, head_hash } of rows<{ stream: string; version: number; head_hash: string }>(streams)) {
    const end = ends.get(stream);
    if (end?.number !== version || end.hash !== head_hash) bad.push(`the row of ${stream} is not where its record is`);
    ends.delete(stream);
  }
  return [...bad, ...[...ends.keys()].map((stream) => `${stream} has a record and no row`)];
}

export const aStreamHasNoGapAndItsChainVerifies: Promised = {
  sentence: 'A stream has no gap and its chain verifies.',
  atEnd: badLines,
};
