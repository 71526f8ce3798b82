import { ends } from './ends.ts';
import type { Promised } from './promised.ts';

/** Deployments that are over: of jobs that have ended, and those that another has followed. */
const over = (of: string) => `select ${of}.deployment_id id from ${of}
  join deployments on deployments.id = ${of}.deployment_id join jobs on jobs.id = deployments.job_id
  where (jobs.deployment_id <> deployments.id or jobs.state in (${ends}))`;

export const whatAJobHeldIsFreeAtItsEnd: Promised = {
  sentence: "At a job's end everything it held is free, and its reservation is zero.",
  atEnd: ({ rows }) => {
    const still = (of: string, and = '') =>
      rows<{ id: string }>(`${over(of)} ${and}`).map(({ id }) => `${id} is over and still has ${of}`);
    const taken = rows<{ name: string }>('select name from resources where allocated <> 0');
    return [
      ...still('allocations'),
      ...still('tool_uses'),
      ...still('reservations', 'and reserved_micros <> 0'),
      ...taken.map(({ name }) => `something of ${name} is taken by nobody`),
    ];
  },
};
