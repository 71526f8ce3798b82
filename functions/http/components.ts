/** JSON Schemas of zod schemas, those with a name kept once under `components`. */
import { z } from 'zod';

export type JsonSchema = Record<string, unknown>;
type Side = 'input' | 'output';

const local = '#/$defs/';
const global = '#/components/schemas/';

/** Collects schemas first, and names them when all are known: what is asked for may differ from what is answered. */
export class Components {
  readonly #named = { input: new Map<string, JsonSchema>(), output: new Map<string, JsonSchema>() };

  #settled: ReadonlySet<string> | undefined;

  /** The schema of what is sent (`input`) or answered (`output`), its references still local. */
  add(schema: z.ZodType, side: Side): JsonSchema {
    const {
      $schema: _,
      $defs = {},
      ...rest
    } = z.toJSONSchema(schema, { io: side, unrepresentable: 'any', override }) as {
      $schema?: string;
      $defs?: Record<string, JsonSchema>;
    };
    for (const [name, inner] of Object.entries($defs)) this.#keep(name, side, inner);
    return rest;
  }

  #keep(name: string, side: Side, schema: JsonSchema): void {
    if (name.startsWith('__')) throw new Error('a schema that contains itself needs a name: .meta({ id })');
    const known = this.#named[side].get(name);
    if (known !== undefined && textOf(known) !== textOf(schema)) throw new Error(`two schemas have the name ${name}`);
    this.#named[side].set(name, schema);
  }

  /** Everything that was named, references resolved. What differs when sent has `Input` in its name. */
  all(): Record<string, JsonSchema> {
    const differing = this.#names();
    const entries = (['output', 'input'] as const).flatMap((side) =>
      [...this.#named[side]].map(
        ([name, schema]) => [nameOf(name, side, differing), this.#resolved(schema, side, differing)] as const,
      ),
    );
    return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** A schema that {@link add} gave, with references to {@link all}. */
  resolve(schema: JsonSchema, side: Side): JsonSchema {
    return this.#resolved(schema, side, this.#names());
  }

  /** Settled at the first question: whoever asks has added everything. */
  #names(): ReadonlySet<string> {
    return (this.#settled ??= this.#differing());
  }

  #resolved(schema: JsonSchema, side: Side, differing: ReadonlySet<string>): JsonSchema {
    const text = JSON.stringify(schema, (key, value: unknown) =>
      key === '$ref' && typeof value === 'string'
        ? global + nameOf(value.replace(local, '').replace(global, ''), side, differing)
        : value,
    );
    return JSON.parse(text) as JsonSchema; // which is what it was made from
  }

  /** Names whose two sides differ, by themselves or by what they refer to. */
  #differing(): Set<string> {
    const { input, output } = this.#named;
    const both = [...input.keys()].filter((name) => output.has(name));
    const differing = new Set(both.filter((name) => textOf(input.get(name)) !== textOf(output.get(name))));
    for (let before = -1; before !== differing.size;) {
      before = differing.size;
      for (const name of both) {
        const text = textOf(input.get(name));
        if ([...differing].some((other) => text.includes(`/${other}"`))) differing.add(name);
      }
    }
    return differing;
  }
}

const textOf = (schema: JsonSchema | undefined): string => JSON.stringify(schema);

const nameOf = (name: string, side: Side, differing: ReadonlySet<string>): string =>
  side === 'input' && differing.has(name) ? `${name}Input` : name;

/** Times are text on the wire, and their format says enough. */
function override({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: JsonSchema }): void {
  if (zodSchema._zod.def.type === 'date') Object.assign(jsonSchema, { type: 'string', format: 'date-time' });
  if (jsonSchema['format'] === 'date-time') delete jsonSchema['pattern'];
}
