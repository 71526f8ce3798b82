/** The road, live: a line for each event of the jobs that are watched. */
import { styleText } from 'node:util';
import type { Client } from '../client.ts';

interface Seen {
  cursor: number;
  stream: string;
  type: string;
  at: string;
  actor: string;
  data: { to?: string; job_id?: string; outcome?: string; decision?: string; detail?: string; deployment?: number };
}

const colours: Record<string, Parameters<typeof styleText>[0]> = {
  succeeded: 'green',
  executing: 'cyan',
  awaiting_approval: 'yellow',
  blocked: 'red',
  failed: 'red',
};

const ends = new Set(['succeeded', 'failed', 'rejected', 'expired', 'cancelled', 'rolled_back']);

/** Follows the change feed until every watched job has come to its end; `print` gets a line each. */
export async function follow(reader: Client, jobs: ReadonlyMap<string, string>, print: (line: string) => void): Promise<void> {
  const running = new Set(jobs.keys());
  let start: number | undefined;
  for (let after = 0; running.size > 0; ) {
    const page = await reader.get<{ items: Seen[]; after: number }>(`/v1/events?after=${after}&wait_seconds=10&limit=500`);
    after = page.after;
    for (const event of page.items) {
      const job = jobs.has(event.stream) ? event.stream : (event.data.job_id ?? '');
      const name = jobs.get(job);
      if (name === undefined) continue;
      start ??= Date.parse(event.at);
      print(line(event, name, Date.parse(event.at) - start));
      if (ends.has(event.data.to ?? '')) running.delete(job);
    }
  }
}

function line(event: Seen, job: string, milliseconds: number): string {
  const to = event.data.to ?? '';
  const words = [event.type.replaceAll('_', ' '), to === '' ? '' : `→ ${to}`, whoDid(event), event.data.detail ?? ''];
  const text = words.filter(Boolean).join(' ');
  const shown = colours[to] === undefined ? text : styleText(colours[to], text, { stream: process.stdout });
  return `${(milliseconds / 1000).toFixed(3).padStart(7)} s  ${job.padEnd(28)} ${shown}`;
}

function whoDid({ actor, data }: Seen): string {
  if (actor === 'muster') return '';
  return data.decision === undefined ? `by ${actor}` : `${data.decision} by ${actor}`;
}
