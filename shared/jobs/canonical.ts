/** One text, and so one hash, for one definition. */
import { hash } from 'node:crypto';
import { canonicalJson } from '../platform/canonical-json.ts';
import type { Json } from '../platform/wire.ts';
import type { JobDefinition } from './definition.ts';

/** SHA-256 of the RFC 8785 canonical JSON, in hexadecimal. */
export const sha256Of = (value: Json): string => hash('sha256', canonicalJson(value));

/** A parsed definition is JSON, but for members that are absent. */
export const definitionJson = (definition: JobDefinition): Json => definition as unknown as Json; // absent members vanish in canonical JSON

export const definitionSha256 = (definition: JobDefinition): string => sha256Of(definitionJson(definition));
