/**
 * Which JSON Schemas (draft 2020-12) may say what a body is: those whose check takes no longer than the body is long, times
 * what the schema says. So nothing remote, no $ref that leads back to itself, and only patterns that do not backtrack far.
 */
import type { PointedError } from '../outcomes.ts';
import type { Json } from '../platform/wire.ts';
import { isLinear, linearPattern } from './linear-pattern.ts';

type Members = { [name: string]: Json };

export const mostSchemaBytes = 65_536;
/** Each $ref counts as often as it is used. */
const mostParts = 1000;
const mostUnique = 100;

const one = ['additionalProperties', 'items', 'contains', 'not', 'if', 'then', 'else', 'propertyNames'];
const several = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
const namedOnes = ['properties', 'patternProperties', 'dependentSchemas', '$defs'];
const plain = new Set([
  ...['$schema', '$ref', '$comment', 'title', 'description', 'default', 'examples', 'deprecated', 'format'],
  ...['type', 'enum', 'const', 'pattern', 'minLength', 'maxLength', 'required', 'dependentRequired'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['minItems', 'maxItems', 'uniqueItems', 'minContains', 'maxContains', 'minProperties', 'maxProperties'],
]);
const draft = 'https://json-schema.org/draft/2020-12/schema';
const local = /^#\/\$defs\/([\w.-]+)$/;

/** What is wrong with a schema; pointers start at it. Whether it is a schema at all ajv says. */
export function schemaFaults(schema: Members): PointedError[] {
  const walk: Walk = { defs: membersOf(schema['$defs'] ?? {}), faults: [], parts: 0, within: [] };
  visit(schema, '', walk);
  if (walk.parts > mostParts)
    walk.faults.push({
      pointer: '',
      message: `more than ${mostParts} parts, each $ref counted as often as it is used`,
    });
  return [...new Map(walk.faults.map((fault) => [`${fault.pointer} ${fault.message}`, fault])).values()];
}

interface Walk {
  defs: Members;
  faults: PointedError[];
  parts: number;
  /** The definitions that led here. */
  within: string[];
}

const membersOf = (value: Json): Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};

function visit(schema: Json, at: string, walk: Walk): void {
  if (++walk.parts > mostParts) return;
  const members = membersOf(schema);
  for (const [keyword, value] of Object.entries(members)) {
    const place = `${at}/${escaped(keyword)}`;
    if (one.includes(keyword)) visit(value, place, walk);
    else if (several.includes(keyword)) [value].flat().forEach((part, i) => visit(part, `${place}/${i}`, walk));
    else if (namedOnes.includes(keyword)) visitNamed(keyword, { value, place }, walk);
    else if (!plain.has(keyword)) walk.faults.push({ pointer: place, message: 'a keyword that is not taken here' });
  }
  walk.faults.push(...plainFaults(members, at));
  if (typeof members['$ref'] === 'string') follow(members['$ref'], `${at}/$ref`, walk);
}

function visitNamed(keyword: string, { value, place }: { value: Json; place: string }, walk: Walk): void {
  for (const [name, part] of Object.entries(membersOf(value))) {
    const pointer = `${place}/${escaped(name)}`;
    if (keyword === 'patternProperties' && !isLinear(name))
      walk.faults.push({ pointer, message: `expected ${linearPattern}` });
    visit(part, pointer, walk);
  }
}

/** What values alone say wrong. */
function plainFaults(members: Members, at: string): PointedError[] {
  const { $schema = draft, pattern = '^', uniqueItems, maxItems } = members;
  const isFew = typeof maxItems === 'number' && maxItems <= mostUnique;
  const faults: [boolean, string, string][] = [
    [$schema === draft, '$schema', `expected ${draft}`],
    [typeof pattern === 'string' && isLinear(pattern), 'pattern', `expected ${linearPattern}`],
    [uniqueItems !== true || isFew, 'uniqueItems', `expected maxItems of at most ${mostUnique} beside it`],
  ];
  return faults.flatMap(([isRight, name, message]) => (isRight ? [] : [{ pointer: `${at}/${name}`, message }]));
}

function follow(ref: string, pointer: string, walk: Walk): void {
  const name = local.exec(ref)?.[1];
  if (name === undefined || !Object.hasOwn(walk.defs, name))
    return void walk.faults.push({ pointer, message: 'expected #/$defs/ and the name of one of them' });
  if (walk.within.includes(name)) return void walk.faults.push({ pointer, message: 'it leads back to itself' });
  walk.within.push(name);
  visit(walk.defs[name] ?? {}, `/$defs/${escaped(name)}`, walk);
  walk.within.pop();
}

const escaped = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');
