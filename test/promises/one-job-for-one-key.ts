import type { Line } from '../simulation/ledger.ts';
import { shown } from './canonical.ts';
import type { Look, Promised } from './promised.ts';

type Submission = Line<'submission'>;

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
  const asked = byKey.size;
  return [
    ...wrong,
    ...many,
    ...(stored.size > asked ? [`${asked} jobs were asked for and ${stored.size} are there`] : []),
  ];
}

/** A job has a deployment for each change and each retry that was heard, and no more than were asked for. */
function redeployed({ rows, ledger }: Look): string[] {
  const changes = Map.groupBy(ledger.of('change'), ({ job_id }) => job_id);
  const retries = Map.groupBy(ledger.of('retry'), ({ job_id }) => job_id);
  const count = (id: string, isOne: (line: { heard: string }) => boolean) =>
    1 +
    (changes.get(id) ?? []).filter(isOne).length +
    new Set((retries.get(id) ?? []).filter(isOne).map(({ key }) => key)).size;
  return rows<{ id: string; deployments: number }>(
    'select job_id id, count(*) deployments from deployments group by job_id',
  ).flatMap(({ id, deployments }) => {
    const fewest = count(id, ({ heard }) => heard === 'done');
    const most = count(id, () => true);
    return deployments < fewest || deployments > most
      ? [`${id} has ${deployments} deployments, and between ${fewest} and ${most} were asked for`]
      : [];
  });
}

export const oneJobForOneKey: Promised = {
  sentence: 'A recorded effect happens once: one job for one key of a submitter, and its definition is the one sent.',
  atEnd: (look) => [...submitted(look), ...redeployed(look)],
};
