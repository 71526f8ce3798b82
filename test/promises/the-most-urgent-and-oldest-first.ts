import { found, note, noted, notes } from './noted.ts';
import type { Promised } from './promised.ts';

/** What the same claim took a moment later was not passed over. */
const unjust = `select taken_id || ' was taken before ' || before_id words from passed_over
  where not exists (select 1 from seen_claims
    where task_id = before_id and seen_claims.claim_id = passed_over.claim_id and seen_claims.at = passed_over.at)`;

/** Leases that were taken from one holder in one moment come back in the order of their tasks. */
const mixedUp = `select newer.task_id || ' came back before ' || older.task_id words from taken_back older
  join taken_back newer using (holder_id, at, queue_id, priority)
  where newer.task_id > older.task_id and newer.place < older.place`;

export const theMostUrgentAndOldestFirst: Promised = {
  sentence: 'Within a queue, a claim takes the highest priority, oldest first.',
  watch: [
    'create table seen_claims (task_id text, claim_id text, at text)',
    'create table passed_over (taken_id text, claim_id text, at text, before_id text)',
    `create trigger watch_claims after update on tasks when old.state = 'queued' and new.state = 'running'
     begin
       insert into seen_claims values (new.id, new.claim_id, new.started_at);
       insert into passed_over select new.id, new.claim_id, new.started_at, id from tasks
         where state = 'queued' and queue_id = new.queue_id
           and (priority < new.priority or (priority = new.priority and place < new.place));
     end`,
    'create table taken_back (task_id text, holder_id text, at text, queue_id text, priority integer, place text)',
    `create trigger watch_taken_back after update on tasks
     when old.state = 'running' and new.state = 'queued' and new.settled_as is not 'queued'
     begin
       insert into taken_back values (new.id, old.holder_id, new.queued_at, new.queue_id, new.priority, new.place);
     end`,
  ],
  now: unjust,
  atEnd: (look) => [...found(look, unjust), ...found(look, mixedUp)],
};

/** Behind all that were queued by the clock of the database before it was, unless its holder gave it back untried. */
const before = `from tasks other where other.state = 'queued' and other.queue_id = new.queue_id and other.id <> new.id
  and other.priority = new.priority and other.place > new.place and other.queued_at < now_plus(0)`;

export const aPoisonTaskDelaysNoOther: Promised = {
  sentence: 'A poison task delays no other by more than one claim.',
  watch: [
    notes,
    `create trigger watch_poison after update on tasks
     when old.state = 'running' and new.state in ('queued', 'delayed') and new.settled_as is not 'queued'
     begin ${note('poison', "new.id || ' stands before ' || other.id", before)} end`,
  ],
  atEnd: (look) => noted(look, 'poison'),
};
