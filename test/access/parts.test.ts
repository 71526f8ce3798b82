/** The parts that other rooms join to their transactions: idempotency keys, sealed values, action items; and If-Match. */
import { CompiledQuery } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { raiseActionItem } from '../../shared/access/action-items.ts';
import { once } from '../../shared/access/idempotency.ts';
import { checkMatch, requireMatch } from '../../shared/access/if-match.ts';
import { keepSealed, sealedValues } from '../../shared/access/sealed.ts';
import { Refusal } from '../../shared/outcomes.ts';
import { openWorld, type World } from '../world.ts';
import { refusal } from './an-admin.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

describe('once', () => {
  const created: string[] = [];
  beforeEach(() => created.splice(0));

  const submit = (key: string | undefined, body: unknown, caller = 'sue') =>
    world.platform.db.transaction('submit', (tx) =>
      once(tx, {
        caller,
        operation: 'submitJob',
        key,
        body,
        create: async () => {
          const id = tx.newId('job');
          created.push(id);
          return id;
        },
      }),
    );

  it('creates each time without a key', async () => {
    await submit(undefined, {});
    expect(await submit(undefined, {})).toMatchObject({ repeated: false });
    expect(created).toHaveLength(2);
  });

  it('creates once for a key, whatever the order of the members', async () => {
    const { id } = await submit('k', { a: 1, b: [new Date(0)] });
    expect(await submit('k', { b: ['1970-01-01T00:00:00.000Z'], a: 1 })).toEqual({ id, repeated: true });
    expect(created).toEqual([id]);
  });

  it('creates once for many who ask at once', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => submit('k', { a: 1 })));
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    expect(created).toHaveLength(1);
  });

  it('refuses another body', async () => {
    await submit('k', { a: 1 });
    expect((await refusal(submit('k', { a: 2 }))).code).toBe('idempotency_key_reused');
    expect(created).toHaveLength(1);
  });

  it('keeps callers apart', async () => {
    await submit('k', { a: 1 });
    expect(await submit('k', { a: 2 }, 'sam')).toMatchObject({ repeated: false });
  });

  it('keeps nothing when the verb fails after it', async () => {
    const failing = world.platform.db.transaction('submit', async (tx) => {
      await once(tx, { caller: 'sue', operation: 'submitJob', key: 'k', body: {}, create: async () => 'job_lost' });
      throw new Error('too late');
    });
    await expect(failing).rejects.toThrow('too late');
    expect(await submit('k', { other: 1 })).toMatchObject({ repeated: false });
  });
});

it('keeps sealed values under their ids', async () => {
  const sealed = await world.platform.sealer.seal('a secret', 'input.token');
  await world.platform.db.transaction('keep', (tx) => keepSealed(tx, { id: 'sec_1', path: 'input.token', sealed }));
  const found = await sealedValues(world.platform.db.read, ['sec_1', 'sec_2']);
  expect(found).toEqual([{ id: 'sec_1', path: 'input.token', ...sealed }]);
  expect(JSON.stringify(found)).not.toContain('a secret');
  expect(await sealedValues(world.platform.db.read, [])).toEqual([]);
});

it('raises an action item once while it is open', async () => {
  const raise = (detail: string) =>
    world.platform.db.transaction('raise', (tx) => raiseActionItem(tx, { code: 'stuck', subject: 'job_1', detail }));
  await raise('first');
  await raise('again');
  const { db } = world.platform;
  const items = () => db.read.run<{ detail: string }>(CompiledQuery.raw('SELECT detail FROM action_items'));
  expect(await items()).toEqual([{ detail: 'first' }]);
  await db.transaction('done', (tx) => tx.run(CompiledQuery.raw("UPDATE action_items SET done_at = '2026-03-01'")));
  await raise('later');
  expect(await items()).toHaveLength(2);
});

describe('If-Match', () => {
  const codeOf = (check: () => void) => {
    try {
      check();
      return 'passes';
    } catch (error) {
      return error instanceof Refusal ? error.code : 'a fault';
    }
  };

  it.each([
    [undefined, 3, 'passes', 'precondition_required'],
    ['"3"', 3, 'passes', 'passes'],
    ['"1", "3"', 3, 'passes', 'passes'],
    ['*', 3, 'passes', 'passes'],
    ['*', 0, 'stale', 'stale'],
    ['"2"', 3, 'stale', 'stale'],
    ['W/"3"', 3, 'stale', 'stale'],
    ['3', 3, 'stale', 'stale'],
    ['', 3, 'stale', 'stale'],
  ])('%j for version %i: checked %s, required %s', (header, version, checked, required) => {
    expect(codeOf(() => checkMatch(header, version))).toBe(checked);
    expect(codeOf(() => requireMatch(header, version))).toBe(required);
  });
});
