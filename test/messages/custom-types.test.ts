import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { usualBytes } from '../../shared/messages/custom-type.ts';
import { putChannels } from '../../shared/messages/put-channels.ts';
import { putMessageType } from '../../shared/messages/put-type.ts';
import { getMessageType, listMessageTypes } from '../../shared/messages/read-types.ts';
import type { Json } from '../../shared/platform/wire.ts';
import { admin, callerOf } from '../tasks/crew.ts';
import { letter, openMail, type Mail } from './mail.ts';

let mail: Mail;
beforeEach(async () => {
  mail = await openMail();
  for (const id of ['alice', 'bert']) await mail.register(id);
  await putChannels(mail.platform, admin, { channels: [{ from_role: '*', type: '*', to_role: '*' }] });
});
afterEach(() => mail.close());

type Schema = { [name: string]: Json };
const bird: Schema = {
  type: 'object',
  properties: { name: { type: 'string', pattern: '^[A-Z][a-z]+$' }, wings: { $ref: '#/$defs/pair' } },
  required: ['name'],
  additionalProperties: false,
  $defs: { pair: { type: 'integer', minimum: 0, maximum: 2 } },
};
const put = (body_schema: Schema = bird, more: { max_bytes?: number; if_match?: string } = {}) =>
  putMessageType(mail.platform, admin, { name: 'bird', body_schema, max_bytes: usualBytes, ...more });
const ofBird = (body: Schema) => ({ to_agent: 'bert', type: 'bird', body });

describe('a custom type', () => {
  it('takes the bodies that fit, and says of others where they do not', async () => {
    await put();
    await mail.send(ofBird({ name: 'Heron', wings: 2 }));
    expect(await mail.receive('bert')).toMatchObject([{ type: 'bird', body: { name: 'Heron' } }]);
    await expect(mail.send(ofBird({ name: 'heron', wings: 3 }))).rejects.toMatchObject({
      code: 'invalid',
      facts: { errors: [{ pointer: '/body/name' }, { pointer: '/body/wings' }] },
    });
    await expect(mail.send({ messages: [letter({ to_agent: 'bert' }), ofBird({})] })).rejects.toMatchObject({
      facts: { errors: [{ pointer: '/messages/1/body', message: "must have required property 'name'" }] },
    });
    expect(await mail.receive('bert')).toEqual([]);
  });

  it('is not there until an admin has put it', async () => {
    await expect(mail.send(ofBird({ name: 'Heron' }))).rejects.toMatchObject({
      code: 'invalid',
      facts: { errors: [{ pointer: '/type' }] },
    });
    await expect(mail.send({ ...ofBird({}), type: 'verification_request' })).rejects.toMatchObject({ code: 'invalid' });
  });

  it('that changes holds for what is sent from then on', async () => {
    const first = await put();
    await mail.send(ofBird({ name: 'Heron' }), callerOf('alice'), 'key');
    await expect(put({ required: ['song'] }, { if_match: '"7"' })).rejects.toMatchObject({ code: 'stale' });
    expect(await put({ required: ['song'] }, { if_match: `"${first.version}"` })).toMatchObject({ version: 2 });
    await expect(mail.send(ofBird({ name: 'Heron' }))).rejects.toMatchObject({ code: 'invalid' });
    expect(await mail.send(ofBird({ name: 'Heron' }), callerOf('alice'), 'key')).toHaveLength(1);
    expect(await mail.receive('bert')).toHaveLength(1);
  });

  it('that changes between the look at it and the sending makes the call run again', async () => {
    await put();
    const { read } = mail.platform.db;
    let isFirst = true;
    const platform = {
      ...mail.platform,
      db: {
        ...mail.platform.db,
        read,
        batch: async (name: string, start: never) => {
          if (isFirst) await put({ required: ['song'] });
          isFirst = false;
          return mail.platform.db.batch(name, start);
        },
      },
    };
    const { sendMessages } = await import('../../shared/messages/send.ts');
    const { SendInput } = await import('../../shared/messages/message.ts');
    const given = SendInput.parse(ofBird({ name: 'Heron' }));
    await expect(sendMessages(platform as typeof mail.platform, callerOf('alice'), given)).rejects.toThrow('first');
    await expect(mail.send(given)).rejects.toMatchObject({ code: 'invalid' });
  });

  it('bounds the size of its bodies, as built-in types do', async () => {
    await put({}, { max_bytes: 20 });
    await mail.send(ofBird({ a: 'x'.repeat(12) }));
    await expect(mail.send(ofBird({ a: 'x'.repeat(13) }))).rejects.toMatchObject({ code: 'too_large' });
    await expect(mail.send(letter({ to_agent: 'bert' }, 'x'.repeat(usualBytes)))).rejects.toMatchObject({
      code: 'too_large',
    });
  });

  it('is listed beside the built-in ones, which stay as they are', async () => {
    await put();
    const { read } = mail.platform.db;
    expect((await listMessageTypes(read)).at(-1)).toMatchObject({ name: 'bird', version: 1, body_schema: bird });
    expect(await getMessageType(read, 'bird')).toMatchObject({ version: 1 });
    expect(await getMessageType(read, 'custom')).toMatchObject({ version: 0, body_schema: null });
    await expect(getMessageType(read, 'fish')).rejects.toMatchObject({ code: 'not_found' });
    const builtIn = { name: 'custom', body_schema: {}, max_bytes: 100 };
    await expect(putMessageType(mail.platform, admin, builtIn)).rejects.toMatchObject({ code: 'name_taken' });
  });
});

describe('a schema', () => {
  const deep = (levels: number): Schema =>
    Object.fromEntries(
      Array.from({ length: levels }, (_, i) => [`d${i}`, { allOf: [1, 2].map(() => ({ $ref: `#/$defs/d${i + 1}` })) }]),
    );
  it.each<[string, Schema, string]>([
    ['that points elsewhere', { $ref: 'https://example.com/x.json' }, '/body_schema/$ref'],
    [
      'that leads back to itself',
      { $ref: '#/$defs/a', $defs: { a: { items: { $ref: '#/$defs/a' } } } },
      '/body_schema/$defs/a/items/$ref',
    ],
    ['that doubles again and again', { $ref: '#/$defs/d0', $defs: { ...deep(12), d12: {} } }, '/body_schema'],
    [
      'with a pattern that backtracks',
      { properties: { a: { pattern: '^(a+)+$' } } },
      '/body_schema/properties/a/pattern',
    ],
    ['with such a pattern for names', { patternProperties: { '.*x.*': {} } }, '/body_schema/patternProperties/.*x.*'],
    [
      'that compares each with each',
      { properties: { a: { uniqueItems: true } } },
      '/body_schema/properties/a/uniqueItems',
    ],
    ['with a keyword of its own', { $dynamicRef: '#a' }, '/body_schema/$dynamicRef'],
    ['of another draft', { $schema: 'http://json-schema.org/draft-07/schema#' }, '/body_schema/$schema'],
    ['that is none', { type: 'bird' }, '/body_schema/type'],
  ])('%s is refused, with the place', async (_, schema, pointer) => {
    const refusal = await put(schema).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'invalid' });
    expect(
      (refusal as { facts: { errors: { pointer: string }[] } }).facts.errors.map((error) => error.pointer),
    ).toContain(pointer);
  });

  it('that is too long is refused', async () => {
    await expect(put({ description: 'x'.repeat(65_536) })).rejects.toMatchObject({ code: 'too_large' });
  });

  it('with all that a schema usually says is taken', async () => {
    const schema = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      oneOf: [{ required: ['a'] }, { required: ['b'] }],
      properties: {
        a: { type: 'array', items: { format: 'uri' }, uniqueItems: true, maxItems: 10 },
        b: { if: { type: 'string' }, else: { enum: [1, 2] } },
      },
      patternProperties: { '^x-[a-z]+$': { const: true } },
      dependentRequired: { a: ['c'] },
    };
    await put(schema);
    await mail.send(ofBird({ b: 2, 'x-y': true }));
    await expect(mail.send(ofBird({ a: [1, 1], b: 3 }))).rejects.toMatchObject({ code: 'invalid' });
  });
});
