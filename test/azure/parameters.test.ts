import { describe, expect, it, test } from 'vitest';
import type { Kind } from '../../shared/platform/database/azure-sql/columns.ts';
import { parameterOf, type Parameter } from '../../shared/platform/database/azure-sql/parameters.ts';

const at = new Date('2026-03-01T12:00:00.123Z');
const text = (value: string | null): Parameter => ({ type: 'NVarChar', isLong: false, value });
const long = (value: string | null): Parameter => ({ type: 'NVarChar', isLong: true, value });

describe('a parameter of a column', () => {
  it.each<[Kind, unknown, Parameter]>([
    ['text', 'x', text('x')],
    ['text', 'x'.repeat(4001), long('x'.repeat(4001))],
    ['long', 'x', long('x')],
    ['json', { a: [1] }, long('{"a":[1]}')],
    ['json', ['x'], long('["x"]')],
    ['int', 7, { type: 'Int', value: 7 }],
    ['int', 2 ** 40, { type: 'BigInt', value: 2 ** 40 }],
    ['bigint', 7, { type: 'BigInt', value: 7 }],
    ['bigint', 0.5, { type: 'Float', value: 0.5 }],
    ['float', 1, { type: 'Float', value: 1 }],
    ['bit', true, { type: 'Bit', value: true }],
    ['time', at, { type: 'DateTime2', value: at }],
    ['cursor', 258, { type: 'VarBinary', value: Buffer.from([0, 0, 0, 0, 0, 0, 1, 2]) }],
    ['milliseconds', 1.5004, { type: 'BigInt', value: 1500 }],
    ['milliseconds', -60, { type: 'BigInt', value: -60_000 }],
  ])('of %s has its type: %s', (kind, value, expected) => {
    expect(parameterOf(value, kind)).toEqual(expected);
  });

  it.each<[Kind, Parameter]>([
    ['text', text(null)],
    ['json', long(null)],
    ['int', { type: 'Int', value: null }],
    ['bigint', { type: 'BigInt', value: null }],
    ['float', { type: 'Float', value: null }],
    ['bit', { type: 'Bit', value: null }],
    ['time', { type: 'DateTime2', value: null }],
    ['cursor', { type: 'VarBinary', value: null }],
    ['milliseconds', { type: 'BigInt', value: null }],
  ])('of %s has its type though it is null', (kind, expected) => {
    expect(parameterOf(null, kind)).toEqual(expected);
  });
});

test.each<[unknown, Parameter]>([
  [null, text(null)],
  ['x', text('x')],
  [7, { type: 'Int', value: 7 }],
  [2 ** 31, { type: 'BigInt', value: 2 ** 31 }],
  [0.5, { type: 'Float', value: 0.5 }],
  [false, { type: 'Bit', value: false }],
  [at, { type: 'DateTime2', value: at }],
  [{ a: 1 }, long('{"a":1}')],
])('a parameter of no column has the type of its value: %s', (value, expected) => {
  expect(parameterOf(value)).toEqual(expected);
});

test('what is missing is a fault, and so is a number that no double holds', () => {
  expect(() => parameterOf(undefined, 'text')).toThrow('undefined');
  expect(() => parameterOf(2 ** 53, 'bigint')).toThrow('exact');
  expect(() => parameterOf(2 ** 60)).toThrow('exact');
  expect(() => parameterOf(2 ** 53, 'cursor')).toThrow('exact');
});
