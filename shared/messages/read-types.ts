/** The types of messages there are: those that are built in, and those that an admin has added. */
import { refuse } from '../outcomes.ts';
import type { Reads } from '../platform/platform.ts';
import { typeAnswer, usualBytes, type MessageTypeAnswer } from './custom-type.ts';
import { isBuiltIn, messageTypes } from './message.ts';
import { everyType, findType } from './store/custom-types.ts';

const builtIn = (name: string): MessageTypeAnswer => ({ name, version: 0, body_schema: null, max_bytes: usualBytes });

export const listMessageTypes = async (reads: Reads): Promise<MessageTypeAnswer[]> => [
  ...messageTypes.map(builtIn),
  ...(await everyType(reads, {})).map(typeAnswer),
];

/** Refuses `not_found`. */
export async function getMessageType(reads: Reads, name: string): Promise<MessageTypeAnswer> {
  if (isBuiltIn(name)) return builtIn(name);
  const row = await findType(reads, { name });
  return row === undefined ? refuse('not_found') : typeAnswer(row);
}
