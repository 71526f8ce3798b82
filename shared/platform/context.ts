/** What travels with the work in progress without being passed on: its trace, and whether it is in a transaction. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { context } from '@opentelemetry/api';

interface Context {
  /** W3C traceparent. */
  trace: string | null;
  /** The name of the open transaction; another one inside it would wait for itself for ever. */
  transaction?: string;
}

const storage = new AsyncLocalStorage<Context>();

export const currentTrace = (): string | null => storage.getStore()?.trace ?? null;
export const currentTransaction = (): string | undefined => storage.getStore()?.transaction;

export const withTrace = <T>(trace: string | null, work: () => T): T => storage.run({ trace }, work);

/** Takes trace and span of here along to where the transaction's work is run by somebody else's turn. */
export function intoTransaction(transaction: string): <T>(work: () => T) => T {
  const trace = currentTrace();
  const active = context.active();
  return (work) => context.with(active, () => storage.run({ trace, transaction }, work));
}
