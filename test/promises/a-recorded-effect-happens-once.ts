import { canonical } from './canonical.ts';
import { holds, holdsIn, reportsByHold } from './holds.ts';
import type { Look, Promised } from './promised.ts';

interface Done {
  id: string;
  fence: number;
  holder_id: string;
  output: string;
}

/** One completion of each task counts, and what it gave is what is kept. */
function completions(look: Look): string[] {
  const reportsOf = reportsByHold(look);
  const ended = Map.groupBy(
    holdsIn(look).filter(({ ended_as }) => ended_as === 'succeeded'),
    ({ task_id }) => task_id,
  );
  const done = look.rows<Done>("select id, fence, holder_id, output from tasks where state = 'succeeded'");
  const twice = [...ended].filter(([, times]) => times.length > 1).map(([id]) => `${id} was completed more than once`);
  const unasked = done.filter((task) => {
    const given = reportsOf({ task_id: task.id, fence: task.fence }).filter(
      (line) => line.report === 'complete' && line.agent === task.holder_id,
    );
    return !given.some(({ output }) => canonical(output) === canonical(JSON.parse(task.output)));
  });
  return [...twice, ...unasked.map(({ id }) => `${id} has an output that its holder has not given`)];
}

interface Told {
  stream: string;
  data: string;
}

/** The end of each task is told by one event of its job. */
function endsTold({ rows }: Look): string[] {
  const told = rows<Told>(
    "select stream, data from events where type in ('tasks_ended', 'run_failed', 'run_ended')",
  ).flatMap(({ stream, data }) => {
    const { deployment, tasks } = JSON.parse(data) as { deployment: number; tasks: { name: string }[] };
    return tasks.map(({ name }) => `${stream} ${deployment} ${name}`);
  });
  const ended = rows<{ name: string }>(
    `select tasks.job_id || ' ' || deployments.number || ' ' || tasks.name name from tasks
     join deployments on deployments.id = tasks.deployment_id where tasks.ended_at is not null`,
  ).map(({ name }) => name);
  const [once, is] = [new Set(told), new Set(ended)];
  const twice = [...Map.groupBy(told, (name) => name)].filter(([, times]) => times.length > 1);
  return [
    ...twice.map(([name]) => `the end of ${name} is told twice`),
    ...[...is].filter((name) => !once.has(name)).map((name) => `the end of ${name} is not told`),
    ...[...once].filter((name) => !is.has(name)).map((name) => `the end of ${name} is told, and it has not ended`),
  ];
}

/** Each deployment starts and teaches once; what is known of agents is what their tasks came to. */
function taught({ rows }: Look): string[] {
  const passed = rows<{ deployment: string; state: string }>(
    'select deployment, state from stages_passed group by deployment, state having count(*) > 1',
  );
  const [known] = rows<{ completed: number; failed: number }>(
    'select coalesce(sum(completed), 0) completed, coalesce(sum(failed), 0) failed from agent_records',
  );
  const [is] = rows<{ completed: number; failed: number }>(
    `select coalesce(sum(state = 'succeeded'), 0) completed,
       coalesce(sum(state = 'failed' and coalesce(holder_id, agent_id) is not null), 0) failed from tasks`,
  );
  const unlearned = rows("select 1 from action_items where code = 'learning_keeps_failing'").length > 0;
  const differ = !unlearned && (known?.completed !== is?.completed || known?.failed !== is?.failed);
  return [
    ...passed.map(({ deployment, state }) => `${deployment} was ${state} more than once`),
    ...(differ ? [`${JSON.stringify(is)} tasks ended, and ${JSON.stringify(known)} were learned from`] : []),
  ];
}

export const aRecordedEffectHappensOnce: Promised = {
  sentence: 'A recorded effect happens once.',
  watch: [
    ...holds,
    'create table stages_passed (deployment text, state text)',
    `create trigger watch_stages after update on jobs
     when new.state <> old.state and new.state in ('executing', 'learning')
     begin insert into stages_passed values (new.deployment_id, new.state); end`,
  ],
  atEnd: (look) => [...completions(look), ...endsTold(look), ...taught(look)],
};
