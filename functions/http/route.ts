/**
 * One operation over HTTP, as data: the address, the schemas, the refusals and what it runs. Document,
 * permission, ETag, problem answers, the Azure function and the clients come from it.
 */
import { z } from 'zod';
import type { Caller } from '../../shared/access/caller.ts';
import type { OpenOperation, Operation } from '../../shared/access/permissions.ts';
import type { ProblemCode } from '../../shared/problems.ts';
import type { Platform } from '../../shared/platform/platform.ts';
import { name as pathName } from '../../shared/platform/wire.ts';
import type { Reply } from './reply.ts';
import type { RequestFacts } from './request.ts';

export type Method = 'GET' | 'PUT' | 'POST' | 'DELETE';
export type Address = `${Method} /${string}`;

/** A schema, or how to make it: routes are many and the first answer must be quick. */
type Lazy<Schema> = Schema | (() => Schema);

type ParamNames<Path extends string> = Path extends `${string}{${infer Param}}${infer Rest}`
  ? Param | ParamNames<Rest>
  : never;

/** What the path gives when no `params` schema says more: each one a name of `wire.ts`. */
type PathParams<Path extends string> = { [Param in ParamNames<Path>]: string };

type Without<T, Keys extends PropertyKey> = T extends unknown ? Omit<T, Keys> : never;
type Merged<Body, Query, Params> = Without<Body, keyof Query | keyof Params> & Without<Query, keyof Params> & Params;

/** A schema that gives an object, whatever it takes. */
type ObjectSchema = z.ZodType<object>;
type Given<Schema> = Schema extends z.ZodType ? z.output<Schema> : Record<never, never>;

/** Headers that an operation heeds; each is documented and brings its refusals along. */
export type Heeded = 'if_match' | 'idempotency_key' | 'prefer_wait';

export interface Asked<Input> {
  /** Body, then query, then path: what comes later wins. */
  input: Input;
  request: RequestFacts;
}

export interface Call<Input, Who = Caller | undefined> extends Asked<Input> {
  platform: Platform;
  caller: Who;
}

/** The answer of an operation with nothing to say: give it status 204. */
export const nothing = z.void();

interface Described<Params, Query, Body, Answer extends z.ZodType> {
  params?: Lazy<Params>;
  query?: Lazy<Query>;
  body?: Lazy<Body>;
  answer: Lazy<Answer>;
  /** 200, or all statuses of success, the usual one first. */
  status?: number | readonly number[];
  /** Another type than `application/json`: then the answer is its text. */
  media?: string;
  /** Other representations of the answer by media type, such as the OASF record. */
  also?: Record<string, Lazy<z.ZodType>>;
  /** The answer's `version` is its ETag; `If-None-Match` gives 304. */
  etag?: true;
  heeds?: readonly Heeded[];
  /** What the verb may refuse; what the adapter refuses by itself is added. */
  refuses: readonly ProblemCode[];
}

interface Spec<
  Name extends Operation,
  Path extends string,
  Params,
  Query,
  Body,
  Answer extends z.ZodType,
> extends Described<Params, Query, Body, Answer> {
  run: (
    call: Call<
      Merged<Given<Body>, Given<Query>, GivenPath<Path, Params>>,
      Name extends OpenOperation ? Caller | undefined : Caller
    >,
  ) => Promise<Payload<Answer>> | Payload<Answer>;
}

interface AloneSpec<Path extends string, Params, Answer extends z.ZodType> extends Described<
  Params,
  undefined,
  undefined,
  Answer
> {
  run: (asked: Asked<GivenPath<Path, Params>>) => Promise<Payload<Answer>> | Payload<Answer>;
}

type GivenPath<Path extends string, Params> = Params extends z.ZodType ? z.output<Params> : PathParams<Path>;

type Payload<Answer extends z.ZodType> = z.output<Answer> | Reply<z.output<Answer>>;

/** A route as everybody else sees it: the schemas are made at the first call. */
interface Said {
  name: Operation;
  method: Method;
  /** As documented, with `{param}` and its base. */
  path: string;
  params: () => z.ZodType<object>;
  query: () => z.ZodType<object>;
  body: (() => z.ZodType<object>) | undefined;
  answer: () => z.ZodType;
  statuses: readonly number[];
  media: string;
  also: Record<string, () => z.ZodType>;
  etag: boolean;
  heeds: readonly Heeded[];
  refuses: readonly ProblemCode[];
}

interface Served extends Said {
  alone: false;
  run(call: Call<object>): unknown;
}

/** Answers before anything is open, and while the database does not: without a key nothing is looked up. */
interface Alone extends Said {
  alone: true;
  run(asked: Asked<object>): unknown;
}

export type Route = Served | Alone;

/** Says one operation. Paths stand under `/api`, except those of {@link page}. */
export function route<
  Name extends Operation,
  Path extends Address,
  Answer extends z.ZodType,
  Params extends ObjectSchema | undefined = undefined,
  Query extends ObjectSchema | undefined = undefined,
  Body extends ObjectSchema | undefined = undefined,
>(name: Name, address: Path, spec: Spec<Name, Path, Params, Query, Body, Answer>): Route {
  return { ...said({ name, address, base: '/api', spec }), alone: false, run: spec.run as unknown as Served['run'] }; // its types hold inside
}

/** Says an operation that needs neither platform nor caller, so that it answers before anything is open. */
export function alone<
  Name extends OpenOperation,
  Path extends Address,
  Answer extends z.ZodType,
  Params extends ObjectSchema | undefined = undefined,
>(name: Name, address: Path, spec: AloneSpec<Path, Params, Answer>): Route {
  return { ...said({ name, address, base: '/api', spec }), alone: true, run: spec.run as unknown as Alone['run'] }; // its types hold inside
}

/** Says a page outside `/api`, for readers; it stands {@link alone}. */
export function page<
  Name extends OpenOperation,
  Path extends Address,
  Answer extends z.ZodType,
  Params extends ObjectSchema | undefined = undefined,
>(name: Name, address: Path, spec: AloneSpec<Path, Params, Answer>): Route {
  return { ...said({ name, address, base: '', spec }), alone: true, run: spec.run as unknown as Alone['run'] }; // its types hold inside
}

interface Saying {
  name: Operation;
  address: Address;
  base: string;
  spec: object;
}

function said({ name, address, base, spec: of }: Saying): Said {
  const spec = of as Described<ObjectSchema, ObjectSchema, ObjectSchema, z.ZodType>; // what it says in detail is for `run` alone
  const [method, path] = address.split(' ') as [Method, string]; // the form of an Address
  return {
    name,
    method,
    path: base + path,
    params: made(spec.params ?? (() => namesIn(path))),
    query: made(spec.query ?? (() => z.strictObject({}))),
    body: spec.body === undefined ? undefined : made(spec.body),
    answer: made(spec.answer),
    statuses: typeof spec.status === 'number' ? [spec.status] : (spec.status ?? [200]),
    media: spec.media ?? 'application/json',
    also: Object.fromEntries(Object.entries(spec.also ?? {}).map(([media, schema]) => [media, made(schema)])),
    etag: spec.etag ?? false,
    heeds: spec.heeds ?? [],
    refuses: spec.refuses,
  };
}

/** Makes a schema once, at its first use. */
function made<Schema extends z.ZodType>(lazy: Lazy<Schema>): () => Schema {
  let schema: Schema | undefined;
  return () => (schema ??= typeof lazy === 'function' ? lazy() : lazy);
}

const namesIn = (path: string): ObjectSchema =>
  z.object(Object.fromEntries([...path.matchAll(/\{(\w+)\}/g)].map(([, param]) => [param, pathName])));
