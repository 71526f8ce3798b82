/** Types of messages that an admin has added: a JSON Schema for their bodies, and how large one may be. */
import { z } from 'zod';
import { jsonObject, name, type Json } from '../platform/wire.ts';

/** The row. */
export interface CustomType {
  name: string;
  version: number;
  head_hash: string;
  body_schema: Record<string, Json>;
  max_bytes: number;
}

/** Of a body of a built-in type, and of another where nothing else is said. */
export const usualBytes = 65_536;
const mostBytes = 524_288;

export const MessageTypeInput = z
  .strictObject({
    body_schema: jsonObject.describe(
      'JSON Schema, draft 2020-12, of at most 64 KiB; docs/agents.md says what it may hold',
    ),
    max_bytes: z.int().min(2).max(mostBytes).default(usualBytes).describe('of a body as JSON in UTF-8'),
  })
  .meta({ id: 'MessageTypeInput' });

export type MessageTypeInput = z.output<typeof MessageTypeInput>;

export const MessageTypeAnswer = z
  .strictObject({
    name,
    version: z.int().describe('0: built in'),
    body_schema: jsonObject.nullable().describe('null: any object'),
    max_bytes: z.int(),
  })
  .meta({ id: 'MessageType' });

export type MessageTypeAnswer = z.output<typeof MessageTypeAnswer>;

export const typeAnswer = ({ name: of, version, body_schema, max_bytes }: CustomType): MessageTypeAnswer => ({
  name: of,
  version,
  body_schema,
  max_bytes,
});
