/**
 * Units of resources. Amounts are kept as whole base units, so that what is taken and given back a million
 * times adds up to nothing. Pure.
 */
import { refuse, type PointedError } from '../outcomes.ts';

/** Units that convert into each other: how many base units each is. */
type Scale = Record<string, number>;

const scales = {
  millicores: { cores: 1000, core: 1000, millicores: 1 },
  bytes: {
    ...{ B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 },
    ...{ KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 },
  },
  thousandths: { gpus: 1000, gpu: 1000, count: 1000 },
  Kbps: { Kbps: 1, Mbps: 1e3, Gbps: 1e6 },
} as const satisfies Record<string, Scale>;

/** What each built-in type is measured in; any other type takes any unit. */
const baseOfType = new Map<string, keyof typeof scales>([
  ['compute', 'millicores'],
  ['memory', 'bytes'],
  ['storage', 'bytes'],
  ['gpu', 'thousandths'],
  ['network', 'Kbps'],
]);

/** How a unit is counted: units of one base convert into each other. */
export interface Measure {
  base: string;
  /** Base units in one of the unit. */
  factor: number;
}

/**
 * How amounts of this type in this unit are counted, in whatever case the unit is written; undefined when the
 * type is not measured so. A unit of one's own counts in its thousandths, and converts into nothing else.
 */
export function measureOf(resource_type: string, unit: string): Measure | undefined {
  const only = baseOfType.get(resource_type);
  const bases = only === undefined ? (Object.keys(scales) as (keyof typeof scales)[]) : [only];
  for (const base of bases) {
    const known = Object.entries(scales[base]).find(([name]) => name.toLowerCase() === unit.toLowerCase());
    if (known !== undefined) return { base, factor: known[1] };
  }
  return only === undefined ? { base: unit, factor: 1000 } : undefined;
}

/** The units that a built-in type can be given in; empty for a type that takes any. */
export function unitsOf(resource_type: string): string[] {
  const base = baseOfType.get(resource_type);
  return base === undefined ? [] : Object.keys(scales[base]);
}

/** More base units than this are not told apart; capacities stay below. */
export const mostUnits = Number.MAX_SAFE_INTEGER;

/** Base units that a job needs: rounded up, so that it never gets less than it asked for. */
export const neededUnits = (amount: number, { factor }: Measure): number =>
  Math.min(mostUnits, Math.ceil(roundOff(amount * factor)));

/** Base units that there are: rounded down, so that there is never less than was promised. */
export const offeredUnits = (capacity: number, { factor }: Measure): number => Math.floor(roundOff(capacity * factor));

/** Base units, said in a unit again. */
export const inUnit = (units: number, { factor }: Measure): number => roundOff(units / factor);

/** Takes back what binary fractions add: 0.29 × 1000 is 290 and not 289.99999999999994. Whole numbers stay. */
const roundOff = (value: number): number => (Number.isSafeInteger(value) ? value : Number(value.toPrecision(15)));

interface Asked {
  resource_type: string;
  unit: string;
}

/** Refuses `unknown_unit` where a built-in type is asked for in a unit that it does not have. */
export function refuseUnknownUnits(asked: readonly Asked[]): void {
  const errors = asked.flatMap(({ resource_type, unit }, index): PointedError[] =>
    measureOf(resource_type, unit) === undefined
      ? [{ pointer: `/required_resources/${index}/unit`, message: unitMessage(resource_type, unit) }]
      : [],
  );
  if (errors.length > 0) refuse('unknown_unit', { detail: errors.map(({ message }) => message).join(' '), errors });
}

/** What is wrong with a unit, and which ones would do. */
export const unitMessage = (resource_type: string, unit: string): string =>
  `"${unit}" is not a unit of ${resource_type}; use ${unitsOf(resource_type).join(', ')}.`;
