import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { definitionJson, definitionSha256, sha256Of } from '../../shared/jobs/canonical.ts';
import { JobDefinition } from '../../shared/jobs/definition.ts';
import { canonicalJson } from '../../shared/platform/canonical-json.ts';
import type { Json } from '../../shared/platform/wire.ts';
import { aDefinition, bare } from './a-job.ts';
import { vulnerabilityScan } from './examples.ts';

function shuffled(value: Json): Json {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, member]) => [name, shuffled(member)]),
  );
}

describe('the hash of a definition', () => {
  it('is SHA-256 over RFC 8785, so that others can compute it', () => {
    expect(canonicalJson({ b: [1, 0.5, 1e21], a: 'ä\n' })).toBe('{"a":"ä\\n","b":[1,0.5,1e+21]}');
    expect(sha256Of({ a: 1 })).toBe(createHash('sha256').update('{"a":1}').digest('hex'));
  });

  it('stays what it was: the record holds it', () => {
    expect(definitionSha256(JobDefinition.parse(vulnerabilityScan))).toBe(
      'dea8e67fb3a16d25a4f5fdc92a205ad8512859290abf2371f74efab195122a29',
    );
  });

  it('does not depend on the order of members', () => {
    const input = fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue() as fc.Arbitrary<Json>);
    fc.assert(
      fc.property(input, (value) => {
        const definition = aDefinition({ input: value });
        const turned = JobDefinition.parse(shuffled(definitionJson(definition)));
        expect(definitionSha256(turned)).toBe(definitionSha256(definition));
      }),
    );
  });

  it('does not depend on whether a default was written out', () => {
    expect(definitionSha256(JobDefinition.parse({ ...bare, priority: 5, required_tools: [] }))).toBe(
      definitionSha256(aDefinition()),
    );
  });

  it('does not depend on members that are there and undefined', () => {
    expect(definitionSha256(aDefinition({ model: undefined }))).toBe(definitionSha256(aDefinition()));
  });

  it.each([
    ['job_description', 'Scan a code base for known faults.'],
    ['priority', 4],
    ['max_budget_usd', 0],
    ['supporting_agents', ['fixer']],
    ['input', { path: '/' }],
    ['required_tools', [{ tool_name: 'x', required: false }]],
    ['metadata', {}],
    ['sensitive', ['input.token']],
  ])('changes with %s', (member, value) => {
    expect(definitionSha256(aDefinition({ [member]: value }))).not.toBe(definitionSha256(aDefinition()));
  });

  it('changes with the order of a list', () => {
    const hashOf = (...supporting_agents: string[]) => definitionSha256(aDefinition({ supporting_agents }));
    expect(hashOf('a', 'b')).not.toBe(hashOf('b', 'a'));
  });
});
