import { ends } from './ends.ts';
import type { Look, Promised } from './promised.ts';

const idsIn = ({ rows }: Look, sql: string): string[] => rows<{ id: string }>(sql).map(({ id }) => id);

export const anAcknowledgedJobReachesAnEnd: Promised = {
  sentence: 'A job that was acknowledged reaches an end, whatever fails, once faults stop.',
  atEnd: (look) => {
    const over = new Set(idsIn(look, `select id from jobs where state in (${ends}) and due_at is null`));
    const acknowledged = new Set(look.ledger.of('submission').flatMap(({ job_id }) => job_id ?? []));
    const all = new Set([...acknowledged, ...idsIn(look, 'select id from jobs')]);
    const alive = idsIn(look, "select id from tasks where state in ('waiting', 'queued', 'delayed', 'running')");
    const open = idsIn(look, "select id from approvals where state in ('open', 'granted') or due_at is not null");
    const asking = idsIn(look, 'select id from asks where due_at is not null');
    return [
      ...[...all].filter((id) => !over.has(id)).map((id) => `${id} has not come to an end`),
      ...[...alive, ...open, ...asking].map((id) => `${id} goes on though all jobs are over`),
    ];
  },
};
