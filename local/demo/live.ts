/** The road, live: a line for each event of the jobs that are watched. */
import { styleText } from 'node:util';
import type { Client } from '../client.ts';

interface Seen {
  cursor: number;
  stream: string;
  type: string;
  at: string;
  actor: string;
  data: {
    from?: string;
    to?: string;
    job_id?: string;
    decision?: string;
    detail?: string;
    tasks?: { name: string; state: string }[];
  };
}

const colours: Record<string, Parameters<typeof styleText>[0]> = {
  succeeded: 'green',
  executing: 'cyan',
  awaiting_approval: 'yellow',
  blocked: 'red',
  failed: 'red',
};

/** Events of a question, whose names alone say too little beside those of a job. */
const names: Record<string, string> = { opened: 'question opened', ballot_cast: 'ballot:', consumed: 'approval used' };

const ends = new Set(['succeeded', 'failed', 'rejected', 'expired', 'cancelled', 'rolled_back']);

/** Follows the change feed until every watched job has come to its end; `print` gets a line each. */
export async function follow(
  reader: Client,
  jobs: ReadonlyMap<string, string>,
  print: (line: string) => void,
): Promise<void> {
  const running = new Set(jobs.keys());
  const names = new Map(jobs); // by stream: a job's own, and the one of its question
  let start: number | undefined;
  for (let after = 0; running.size > 0;) {
    const page = await reader.get<{ items: Seen[]; after: number }>(
      `/v1/events?after=${after}&wait_seconds=10&limit=500`,
    );
    after = page.after;
    for (const event of page.items) {
      const name = names.get(event.stream) ?? names.get(event.data.job_id ?? '');
      if (name === undefined) continue;
      names.set(event.stream, name);
      start ??= Date.parse(event.at);
      print(line(event, name, Date.parse(event.at) - start));
      if (ends.has(event.data.to ?? '')) running.delete(event.stream);
    }
  }
}

function line(event: Seen, job: string, milliseconds: number): string {
  const to = event.data.to ?? '';
  const words = [whatHappened(event), whoDid(event), event.data.detail ?? ''];
  const text = words.filter(Boolean).join(' ');
  const shown = colours[to] === undefined ? text : styleText(colours[to], text, { stream: process.stdout });
  return `${(milliseconds / 1000).toFixed(3).padStart(7)} s  ${job.padEnd(28)} ${shown}`;
}

/** The state is named where it is a new one. */
function whatHappened({ type, data: { from, to, tasks = [] } }: Seen): string {
  const ended = tasks.map(({ name, state }) => `${name} ${state}`).join(', ');
  const what = ended || (names[type] ?? type.replaceAll('_', ' '));
  if (to === undefined || to === from) return what;
  return type === to ? `→ ${to}` : `${what} → ${to}`;
}

function whoDid({ actor, data }: Seen): string {
  if (actor === 'muster') return '';
  return data.decision === undefined ? `by ${actor}` : `${data.decision} by ${actor}`;
}
