import { afterAll, beforeAll, expect, test } from 'vitest';
import { nothingExecutesWithoutAnApproval } from './nothing-executes-without-an-approval.ts';
import { oneApprovalStartsOneDeployment } from './one-approval-starts-one-deployment.ts';
import { Lives } from './lives.ts';

let lives: Lives;
beforeAll(async () => {
  lives = await Lives.open([nothingExecutesWithoutAnApproval, oneApprovalStartsOneDeployment]);
}, 60_000);
afterAll(() => lives.close());

const used = (workflow: string) => `select 1 from approvals where state = 'consumed' and workflow_name = '${workflow}'`;

test('everything that runs was approved as its policy requires, for exactly what it is', async () => {
  expect(await lives.until(used('standard'))).toEqual([]);
  expect(await lives.until(used('critical'))).toEqual([]);
});

test('what runs unapproved would be found', async () => {
  await lives.until(used('critical'));
  const changed = "update deployments set definition = json_set(definition, '$.job_description', 'evil')";
  expect(lives.tampered(changed)).toContainEqual(expect.stringContaining('its approval is for another definition'));
  const weaker = "update approvals set workflow_name = 'standard'";
  expect(lives.tampered(weaker)).toContainEqual(expect.stringContaining('too weak a policy'));
  const fewer = 'delete from granted_by where rowid > 1';
  expect(lives.tampered(fewer)).toContainEqual(expect.stringContaining('too few heads said yes'));
  const voided = "update approvals set state = 'voided'";
  expect(lives.tampered(voided)).toContainEqual(expect.stringContaining('it has no approval'));
});

test('a ballot that nobody has cast would be found, and that of somebody involved', async () => {
  await lives.until(used('standard'));
  const owned = 'update jobs set submitter_id = (select voter_id from granted_by limit 1)';
  expect(lives.tampered(owned)).toContainEqual(expect.stringContaining('said yes and is involved'));
  const unsaid = lives.toldOtherwise((ledger) => {
    for (const line of ledger.of('ballot')) line.definition_sha256 = 'of another question';
  });
  expect(unsaid).toContainEqual(expect.stringContaining('nobody has sent what is kept'));
});

test('a second start would be found, and one without an approval', async () => {
  await lives.until(used('standard'));
  const again = ["update jobs set state = 'failed'", "update jobs set state = 'executing'"];
  expect(lives.tampered(...again)).toContainEqual(expect.stringContaining('starts again'));
  const unapproved = ["update approvals set state = 'voided'", "update jobs set state = 'failed'"];
  expect(lives.tampered(...unapproved, "update jobs set state = 'executing'")).toContainEqual(
    expect.stringContaining('starts with 0 approvals'),
  );
  expect(lives.tampered("update approvals set state = 'consumed' where state = 'voided'")).toContainEqual(
    expect.stringContaining('was used when it was voided'),
  );
});
