/** Who held which task under which fence, and what it had used when that ended: noted as it passes. */
import type { Line } from '../simulation/ledger.ts';
import { onceFor } from './once-for.ts';
import type { Look } from './promised.ts';

export interface Hold {
  task_id: string;
  fence: number;
  holder_id: string;
  /** What the task was when the hold ended; null: it never did. */
  ended_as: string | null;
  model: string | null;
  input_tokens: number;
  cached_tokens: number;
  output_tokens: number;
  output: string | null;
}

/** For the `watch` of every checker that reads {@link holdsIn}. */
export const holds = [
  `create table if not exists holds (task_id text, fence integer, holder_id text, ended_as text, model text,
     input_tokens integer, cached_tokens integer, output_tokens integer, output text, primary key (task_id, fence))`,
  `create trigger if not exists watch_holds after update on tasks
   when new.state = 'running' and (old.state <> 'running' or new.fence <> old.fence)
   begin insert into holds (task_id, fence, holder_id) values (new.id, new.fence, new.holder_id); end`,
  `create trigger if not exists watch_ends_of_holds after update on tasks
   when old.state = 'running' and (new.state <> 'running' or new.fence <> old.fence)
   begin update holds set ended_as = new.state, model = new.model, input_tokens = new.input_tokens,
     cached_tokens = new.cached_tokens, output_tokens = new.output_tokens, output = new.output
     where task_id = old.id and fence = old.fence; end`,
];

export const holdsIn = onceFor(({ rows }: Look): Hold[] => rows<Hold>('select * from holds order by task_id, fence'));

export type Report = Line<'report'>;

/** The reports of a ledger by task and fence, in the order of their making. */
export const reportsByHold = onceFor(({ ledger }: Look): ((hold: Pick<Hold, 'task_id' | 'fence'>) => Report[]) => {
  const byHold = Map.groupBy(ledger.of('report'), ({ task_id, fence }) => `${task_id} ${fence}`);
  return ({ task_id, fence }) => byHold.get(`${task_id} ${fence}`) ?? [];
});
