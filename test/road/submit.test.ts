/** Submissions whose answer was lost, and what is compared when one comes again. */
import { afterEach, describe, expect, test } from 'vitest';
import { UnknownOutcome } from '../../shared/platform/database/faults.ts';
import { putTemplate } from '../../shared/jobs/templates.ts';
import { submitFromTemplate, type FromTemplate } from '../../shared/road/submit-from-template.ts';
import { admin, definition, openTown, submitter, type Asked, type Town } from './town.ts';

let town: Town;
afterEach(() => town.close());

test('a submission of which nobody can tell whether it happened is found again by its key', async () => {
  let losing = false;
  town = await openTown(
    {},
    {
      engine: (inner) => ({
        ...inner,
        atomically: async (work) => {
          const done = await inner.atomically(work);
          if (!losing) return done;
          losing = false;
          throw new UnknownOutcome('the answer was lost');
        },
      }),
    },
  );
  losing = true;
  await expect(town.submitted({}, { key: 'one' })).rejects.toBeInstanceOf(UnknownOutcome);
  const id = await town.submitted({}, { key: 'one' });
  expect((await town.sql('select id from jobs')).map((row) => (row as { id: string }).id)).toEqual([id]);
});

test('a sensitive value is not in what an Idempotency-Key is compared by, and still makes another request', async () => {
  town = await openTown();
  const sensitive = ['input.token'];
  const submit = (token: string) => town.submitted({ input: { token }, sensitive }, { key: 'one' });
  const id = await submit('hunter2');
  expect(await submit('hunter2')).toBe(id);
  await expect(submit('hunter3')).rejects.toMatchObject({ code: 'idempotency_key_reused' });
});

test('a job whose check kills the process each time comes to an end', async () => {
  town = await openTown();
  const id = await town.submitted();
  await town.tamper(
    "update jobs set state = 'estimated', attempts = 11, fence = 40, last_fault = 'killed' where id = ?",
    id,
  );
  town.world.ring('validate', id);
  await town.settle();
  expect(await town.job(id)).toMatchObject({ state: 'failed', outcome_reason: 'Error: killed' });
});

describe('a submission from a template', () => {
  const template = (more: Asked) =>
    putTemplate(town.platform, admin, { name: 'monthly', definition: definition(more) });
  const submit = (overrides: FromTemplate['overrides'] = {}, idempotency_key = 'one') =>
    submitFromTemplate(town.platform, submitter, { name: 'monthly', overrides, idempotency_key });

  test('has keys of its own: one that was used for a plain submission is another', async () => {
    town = await openTown();
    await template({});
    const plain = await town.submit({}, { key: 'one' });
    const first = await submit();
    expect(first).not.toBe(plain);
    expect([await submit(), await town.submit({}, { key: 'one' })]).toEqual([first, plain]);
  });

  test('is the same again whatever has become of the template, and another with other overrides', async () => {
    town = await openTown();
    await template({ max_retries: 1 });
    const first = await submit({ priority: 4 });
    expect(await town.answer(first)).toMatchObject({ definition: { priority: 4, max_retries: 1 } });
    await template({ max_retries: 2, sensitive: ['input.token'] });
    expect(await submit({ priority: 4 })).toBe(first);
    await expect(submit({ priority: 5 })).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    await expect(submit({ priority: 4 }, 'two')).rejects.toMatchObject({ code: 'invalid' });
  });

  test('keeps nothing of what it overrides to compare a repeat by', async () => {
    town = await openTown();
    await template({ sensitive: ['input.token'] });
    const first = await submit({ input: { token: 'hunter2' } });
    expect(await submit({ input: { token: 'hunter2' } })).toBe(first);
    await expect(submit({ input: { token: 'hunter3' } })).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    expect(JSON.stringify(await town.sql('select * from idempotency_keys'))).not.toContain('hunter');
  });
});
