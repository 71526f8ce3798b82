/** What travels with the work in progress without being passed on: its trace, its span, and whether it is in a transaction. */
import { AsyncLocalStorage } from 'node:async_hooks';

/** The span of the work in progress, while somebody listens. Values are seen by whoever collects telemetry: no secrets. */
export interface OpenSpan {
  note(attributes: Readonly<Record<string, string | number | boolean>>): void;
  /** Tells what went wrong by its kind alone: messages may quote what is secret. */
  fail(error: unknown): void;
}

interface Context {
  /** W3C traceparent; its third part is the span in progress. */
  trace: string | null;
  span?: OpenSpan | undefined;
  /** The name of the open transaction; another one inside it would wait for itself for ever. */
  transaction?: string | undefined;
}

const storage = new AsyncLocalStorage<Context>();

export const currentTrace = (): string | null => storage.getStore()?.trace ?? null;
export const currentSpan = (): OpenSpan | undefined => storage.getStore()?.span;
export const currentTransaction = (): string | undefined => storage.getStore()?.transaction;

/** Begins something new in this trace. */
export const withTrace = <T>(trace: string | null, work: () => T): T => storage.run({ trace }, work);

/** Goes on in this trace, and in the transaction that is open. */
export const inTrace = <T>(trace: string, work: () => T, span?: OpenSpan): T =>
  storage.run({ trace, span, transaction: currentTransaction() }, work);

/** Takes trace and span of here along to where the transaction's work is run by somebody else's turn. */
export function intoTransaction(transaction: string): <T>(work: () => T) => T {
  const { trace = null, span } = storage.getStore() ?? {};
  return (work) => storage.run({ trace, span, transaction }, work);
}

/** Whether two traceparents are of one trace. */
export const isSameTrace = (one: string | null, other: string | null): boolean =>
  one?.slice(3, 35) === other?.slice(3, 35);
