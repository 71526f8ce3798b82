/** Who said yes, and to what. */
import { nothingExecutesWithoutAnApproval } from '../nothing-executes-without-an-approval.ts';
import { oneApprovalStartsOneDeployment } from '../one-approval-starts-one-deployment.ts';
import { tampersWith, type Tamper } from './tamper.ts';

const used = (workflow: string) => `select 1 from approvals where state = 'consumed' and workflow_name = '${workflow}'`;
const again = ["update jobs set state = 'failed'", "update jobs set state = 'executing'"];

export const tampersWithApprovals: Tamper[] = [
  ...tampersWith(nothingExecutesWithoutAnApproval, used('critical'), {
    'a definition that was not approved': [
      "update deployments set definition = json_set(definition, '$.job_description', 'evil')",
      / its approval is for another definition$/,
    ],
    'a policy that is too weak': ["update approvals set workflow_name = 'standard'", / standard is too weak a policy$/],
    'a head too few': ['delete from granted_by where rowid > 1', / too few heads said yes/],
    'nobody but heads': ["delete from granted_by where voter_id = 'paula'", / too few people said yes$/],
    'an approval that is void': ["update approvals set state = 'voided'", / it has no approval$/],
  }),
  ...tampersWith(nothingExecutesWithoutAnApproval, used('standard'), {
    'the yes of who asked': [
      'update jobs set submitter_id = (select voter_id from granted_by limit 1)',
      / said yes and is involved$/,
    ],
    'a yes of who then does something for the job': [
      'update tasks set holder_id = (select voter_id from granted_by limit 1) where assigned_by is null',
      / said yes and is involved$/,
    ],
    'a question to somebody who may not answer': [
      [
        "update principals set disabled_at = '2026-03-01T00:00:00.000Z' where id = 'owner_of_hella'",
        "insert into voters select id, 'owner_of_hella' from approvals",
      ],
      /^owner_of_hella is asked for approval_\w+ and may not answer$/,
    ],
    'a ballot that nobody has cast': [
      (ledger) => ledger.of('ballot').forEach((line) => (line.definition_sha256 = 'of another question')),
      /^nobody has sent what is kept/,
    ],
  }),
  ...tampersWith(oneApprovalStartsOneDeployment, used('standard'), {
    'a second start': [again, / starts again, or what started another$/],
    'a start without an approval': [["update approvals set state = 'voided'", ...again], / starts with 0 approvals$/],
    'an approval that is used when it is void': [
      ["update approvals set state = 'voided'", "update approvals set state = 'consumed'"],
      / was used when it was voided$/,
    ],
    'a task without an approval': [
      [
        'create temp table forged as select * from tasks limit 1',
        "update forged set id = 'task_forged', name = 'forged'",
        "update approvals set state = 'voided'",
        'insert into tasks select * from forged',
        'drop table forged',
      ],
      /^task_forged was made without an approval$/,
    ],
    'an approval that is said to have started two': [
      "insert into events select null, stream, number + 100, type, at, actor, trace, data, hash from events where type = 'approved'",
      / approved more than one start$/,
    ],
  }),
];
