import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sealedValues } from '../../shared/access/sealed.ts';
import { definitionSha256 } from '../../shared/jobs/canonical.ts';
import type { JobDefinition } from '../../shared/jobs/definition.ts';
import { isSealed, keepSensitive, sealedIn, sealSensitive } from '../../shared/jobs/sensitive.ts';
import { openWorld, type World } from '../world.ts';
import { aDefinition } from './a-job.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const secret = 'hunter2-canary';
const seal = (facts: Record<string, unknown>) => sealSensitive(world.platform, aDefinition(facts));
const idAt = (definition: JobDefinition, member: string): string => {
  const value = definition.input[member];
  if (!isSealed(value)) throw new Error(`${member} is not sealed`);
  return value.$sealed;
};

describe('a sensitive parameter', () => {
  it('leaves the definition and comes back only from its own place', async () => {
    const { definition, kept } = await seal({ input: { token: secret, path: '/src' }, sensitive: ['input.token'] });
    expect(JSON.stringify({ definition, kept })).not.toContain(secret);
    expect(definition.input).toEqual({ token: { $sealed: expect.stringMatching(/^sec_/) as string }, path: '/src' });
    await world.platform.db.transaction('keep', (tx) => keepSensitive(tx, kept));
    const [stored] = await sealedValues(world.platform.db.read, [idAt(definition, 'token')]);
    if (stored === undefined) throw new Error('nothing is stored');
    expect(await world.platform.sealer.open(stored, 'input.token')).toBe(JSON.stringify(secret));
    await expect(world.platform.sealer.open(stored, 'input.other')).rejects.toThrow(/authenticate/);
  });

  it('may be any JSON value, at any depth', async () => {
    const input = { a: { b: { c: { user: 'ann', password: secret } } } };
    const { definition, kept } = await seal({ input, sensitive: ['input.a.b.c'] });
    expect(definition.input).toEqual({ a: { b: { c: { $sealed: kept[0]?.id } } } });
    const [only] = kept;
    if (only === undefined) throw new Error('nothing is kept');
    expect(JSON.parse(await world.platform.sealer.open(only.sealed, only.path))).toEqual(input.a.b.c);
  });

  it('leaves what the caller handed in as it was', async () => {
    const given = aDefinition({ input: { token: secret }, sensitive: ['input.token'] });
    await sealSensitive(world.platform, given);
    expect(given.input).toEqual({ token: secret });
  });

  it('named twice is sealed once', async () => {
    expect((await seal({ input: { token: secret }, sensitive: ['input.token', 'input.token'] })).kept).toHaveLength(1);
  });

  it('that is sealed already stays, so that a definition that was read can be sent again', async () => {
    const { definition } = await seal({ input: { token: secret }, sensitive: ['input.token'] });
    const again = await sealSensitive(world.platform, definition, definition);
    expect(again.kept).toEqual([]);
    expect(definitionSha256(again.definition)).toBe(definitionSha256(definition));
  });

  it('may be replaced by another value', async () => {
    const { definition } = await seal({ input: { token: secret }, sensitive: ['input.token'] });
    const next = aDefinition({ input: { token: 'new' }, sensitive: ['input.token'] });
    const again = await sealSensitive(world.platform, next, definition);
    expect(idAt(again.definition, 'token')).not.toBe(idAt(definition, 'token'));
  });

  it.each([
    ['where it is named as sensitive', ['input.token']],
    ['where it is not', []],
  ])('of another job is refused %s: nobody gets a secret by naming it', async (_, sensitive) => {
    const { definition } = await seal({ input: { token: secret }, sensitive: ['input.token'] });
    const mine = { input: { token: { $sealed: idAt(definition, 'token') } }, sensitive };
    await expect(seal(mine)).rejects.toMatchObject({
      code: 'invalid',
      facts: { errors: [{ pointer: '/input/token' }] },
    });
    const other = aDefinition({ input: { a: { token: secret } } });
    await expect(sealSensitive(world.platform, aDefinition(mine), other)).rejects.toMatchObject({ code: 'invalid' });
  });

  it('of the same job is refused at another place', async () => {
    const { definition } = await seal({ input: { token: secret }, sensitive: ['input.token'] });
    const moved = aDefinition({ input: { a: { token: { $sealed: idAt(definition, 'token') } } } });
    await expect(sealSensitive(world.platform, moved, definition)).rejects.toMatchObject({
      facts: { errors: [{ pointer: '/input/a/token' }] },
    });
  });

  it.each([
    ['nothing there', { other: 1 }, 'input.token'],
    ['a value on the way that is no object', { token: 'text' }, 'input.token.length'],
    ['a list on the way', { token: ['x'] }, 'input.token.0'],
    ['null on the way', { token: null }, 'input.token.x'],
    ['a member that every object has', {}, 'input.constructor'],
    ['a way through a member that every object has', {}, 'input.__proto__.x'],
  ])('is refused with %s', async (_, input, path) => {
    await expect(seal({ input, sensitive: [path] })).rejects.toMatchObject({
      code: 'invalid',
      facts: { errors: [{ pointer: '/sensitive', message: `there is nothing at ${path}` }] },
    });
  });

  it('may be null, false or empty', async () => {
    const { kept } = await seal({ input: { a: null, b: false, c: '' }, sensitive: ['input.a', 'input.b', 'input.c'] });
    expect(kept.map(({ path }) => path)).toEqual(['input.a', 'input.b', 'input.c']);
  });
});

describe('a definition without sensitive parameters', () => {
  it('is handed on untouched', async () => {
    const definition = aDefinition({ input: { token: 'plain' } });
    expect((await sealSensitive(world.platform, definition)).definition).toBe(definition);
  });
});

describe('sealed values', () => {
  it('are found at any depth, but not in lists, where none can be opened', () => {
    const mark = { $sealed: 'sec_1' };
    expect(sealedIn({ a: mark, b: { c: mark }, d: [mark], e: null, f: 'sec_1' })).toEqual([
      { id: 'sec_1', path: 'input.a' },
      { id: 'sec_1', path: 'input.b.c' },
    ]);
  });
});

describe('what looks sealed', () => {
  it.each([null, 'sec_1', 1, ['$sealed'], {}, { $sealed: 1 }, { sealed: 'x' }, undefined])('is not %j', (value) => {
    expect(isSealed(value)).toBe(false);
  });
});
