import type { Line } from '../simulation/ledger.ts';
import { canonical } from './canonical.ts';
import type { Look, Promised } from './promised.ts';

type Submission = Line<'submission'>;

const mayCount = ({ heard }: { heard: string }): boolean => ['asked', 'done', 'unheard'].includes(heard);

/** Sensitive values are stored sealed: what stands there is not compared. */
function shown(definition: unknown): string {
  const copy = structuredClone(definition) as { input: Record<string, unknown>; sensitive: string[] };
  for (const path of copy.sensitive) copy.input[path.slice('input.'.length)] = 'sealed';
  return canonical(copy);
}

const keyOf = ({ by, key }: Submission): string => `${by} ${key}`;

/** Under one key of one submitter there is one job, and it asks for what was sent first. */
function submitted(look: Look): string[] {
  const lines = look.ledger.of('submission');
  const stored = new Map(
    look
      .rows<{ job_id: string; definition: string }>('select job_id, definition from deployments where number = 1')
      .map(({ job_id, definition }) => [job_id, shown(JSON.parse(definition))]),
  );
  const byKey = Map.groupBy(lines, keyOf);
  const wrong = lines.flatMap(({ job_id, definition }) => {
    if (job_id === null) return [];
    if (!stored.has(job_id)) return [`${job_id} was acknowledged and is not there`];
    return stored.get(job_id) === shown(definition) ? [] : [`${job_id} is not what was sent`];
  });
  const many = [...byKey].flatMap(([key, sent]) =>
    new Set(sent.flatMap(({ job_id }) => job_id ?? [])).size > 1 ? [`${key} has more than one job`] : [],
  );
  const asked = new Set(lines.filter(mayCount).map(keyOf)).size;
  return [
    ...wrong,
    ...many,
    ...(stored.size > asked ? [`${asked} jobs were asked for and ${stored.size} are there`] : []),
  ];
}

/** A job has a deployment for each change and each retry that was heard, and no more than may have happened. */
function redeployed(look: Look): string[] {
  const jobs = look.rows<{ id: string; deployments: number }>(
    'select job_id id, count(*) deployments from deployments group by job_id',
  );
  const changes = look.ledger.of('change');
  const retries = look.ledger.of('retry');
  return jobs.flatMap(({ id, deployments }) => {
    const [changed, retried] = [changes, retries].map((lines) => lines.filter(({ job_id }) => job_id === id));
    const heard = ({ heard }: { heard: string }) => heard === 'done';
    const keys = (lines: typeof retries) => new Set(lines.map(({ key }) => key)).size;
    const of = { changed: (changed ?? []) as typeof changes, retried: (retried ?? []) as typeof retries };
    const fewest = 1 + of.changed.filter(heard).length + keys(of.retried.filter(heard));
    const most = 1 + of.changed.filter(mayCount).length + keys(of.retried.filter(mayCount));
    return deployments < fewest || deployments > most
      ? [`${id} has ${deployments} deployments, and between ${fewest} and ${most} were asked for`]
      : [];
  });
}

export const oneJobForOneKey: Promised = {
  sentence: 'A recorded effect happens once: one job for one key of a submitter, and its definition is the one sent.',
  atEnd: (look) => [...submitted(look), ...redeployed(look)],
};
