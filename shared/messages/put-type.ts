/** putMessageType: an admin adds a type of messages, or says anew what its bodies are. */
import type { Caller } from '../access/caller.ts';
import { checkMatch } from '../access/if-match.ts';
import { nextEvent, newStream, record } from '../events/record.ts';
import { loseRace, refuse } from '../outcomes.ts';
import type { Platform } from '../platform/platform.ts';
import { mostSchemaBytes, schemaFaults } from './body-schema.ts';
import { malformedIn } from './check-body.ts';
import { typeAnswer, type MessageTypeAnswer, type MessageTypeInput } from './custom-type.ts';
import { isBuiltIn } from './message.ts';
import { insertType, lockType, updateType } from './store/custom-types.ts';

interface Put extends MessageTypeInput {
  name: string;
  if_match?: string | undefined;
}

/**
 * What is sent from then on is held against it. Refuses `stale`, `name_taken` for a built-in type, `too_large`, and
 * `invalid` for a schema that is none, or whose check could take long.
 */
export async function putMessageType(platform: Platform, caller: Caller, put: Put): Promise<MessageTypeAnswer> {
  const { name, body_schema, max_bytes } = put;
  if (isBuiltIn(name)) refuse('name_taken', { detail: `The type ${name} is built in.` });
  await checkSchema(put);
  return platform.db.transaction('putMessageType', async (tx) => {
    const row = await lockType(tx, { name });
    checkMatch(put.if_match, row?.version ?? 0);
    const stream = `message_type:${name}`;
    const event = nextEvent(tx, row === undefined ? newStream(stream) : { stream, ...row }, {
      type: 'message_type_set',
      actor: caller.id,
      data: { body_schema, max_bytes },
    });
    const next = { name, version: event.number, head_hash: event.hash, body_schema, max_bytes };
    if (row === undefined) await insertType(tx, next);
    else if ((await updateType(tx, { ...next, was_version: row.version })).length === 0) loseRace();
    record(tx, event);
    return typeAnswer(next);
  });
}

async function checkSchema({ body_schema }: Put): Promise<void> {
  if (Buffer.byteLength(JSON.stringify(body_schema)) > mostSchemaBytes)
    refuse('too_large', { detail: `A schema has at most ${mostSchemaBytes} bytes.` });
  const faults = schemaFaults(body_schema);
  const errors = faults.length > 0 ? faults : await malformedIn(body_schema);
  if (errors.length > 0)
    refuse('invalid', { errors: errors.map((error) => ({ ...error, pointer: `/body_schema${error.pointer}` })) });
}
