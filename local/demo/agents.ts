/** Starts the example agents as programs of their own, which know an address and a key and nothing else. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Client } from '../client.ts';
import type { Member } from './cast.ts';

const examples = new URL('../../examples/', import.meta.url);

export interface Running {
  stop(): Promise<void>;
}

/** Registers each member and starts its program; resolves when all have been heard of. */
export async function startAgents(admin: Client, url: string, members: Member[]): Promise<Running> {
  const children: ChildProcess[] = [];
  for (const member of members) children.push(await startAgent(admin, url, member));
  await allHeard(admin, members);
  return {
    stop: async () => {
      for (const child of children) child.kill('SIGTERM');
      const running = children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
      await Promise.all(running.map((child) => once(child, 'exit')));
    },
  };
}

async function startAgent(admin: Client, url: string, { id, program, owner, ...facts }: Member): Promise<ChildProcess> {
  await admin.put(`/v1/agents/${id}`, { ...facts, owner_id: owner, capabilities: [], max_concurrent_tasks: 2 });
  const { key } = await admin.post<{ key: string }>(`/v1/agents/${id}/keys`);
  const file = fileURLToPath(new URL(`agents/${program}.ts`, examples));
  return spawn(process.execPath, [file], {
    cwd: fileURLToPath(examples),
    env: { ...process.env, MUSTER_URL: url, MUSTER_KEY: key, MUSTER_AGENT: id },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** A job whose agents have not been heard of would be blocked, and go on by itself; the demo shows the short way. */
async function allHeard(admin: Client, members: Member[]): Promise<void> {
  const wanted = new Set(members.map(({ id }) => id));
  for (let tries = 0; tries < 100; tries++) {
    const { items } = await admin.get<{ items: { agent_id: string; last_seen_at: string | null }[] }>(
      '/v1/agents?limit=200',
    );
    for (const { agent_id, last_seen_at } of items) if (last_seen_at !== null) wanted.delete(agent_id);
    if (wanted.size === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`these agents have not been heard of: ${[...wanted].join(', ')}`);
}
