import { note, noted, notes } from './noted.ts';
import type { Promised } from './promised.ts';

const used = `(select count(*) from approvals where deployment_id = new.deployment_id and state = 'consumed')`;

export const oneApprovalStartsOneDeployment: Promised = {
  sentence: 'Nothing executes without an approval; one approval starts one deployment.',
  watch: [
    notes,
    'create table starts (deployment_id text, approval_id text)',
    `create trigger watch_starts after update on jobs when new.state = 'executing' and old.state <> 'executing'
     begin
       ${note('starts', "new.deployment_id || ' starts with ' || " + used + " || ' approvals'", `where ${used} <> 1`)}
       ${note('starts', "new.deployment_id || ' starts again, or what started another'", `from starts where deployment_id = new.deployment_id or approval_id = (select id from approvals where deployment_id = new.deployment_id and state = 'consumed')`)}
       insert into starts select new.deployment_id, id from approvals
         where deployment_id = new.deployment_id and state = 'consumed';
     end`,
    `create trigger watch_uses after update on approvals when new.state = 'consumed' and old.state <> 'granted'
     begin ${note('starts', "new.id || ' was used when it was ' || old.state")} end`,
    `create trigger watch_tasks after insert on tasks when ${used} <> 1
     begin ${note('starts', "new.id || ' was made without an approval'")} end`,
  ],
  atEnd: (look) => {
    const told = look.rows<{ id: string }>(
      "select data ->> 'approval_id' id from events where type = 'approved' group by 1 having count(*) > 1",
    );
    return [...noted(look, 'starts'), ...told.map(({ id }) => `${id} approved more than one start`)];
  },
};
