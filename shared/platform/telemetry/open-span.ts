/** A span in progress: what is noted on it goes to the collector, and into the measures that are split by it. */
import { SpanStatusCode, type Span } from '@opentelemetry/api';
import { LostRace, Refusal } from '../../outcomes.ts';
import type { OpenSpan } from '../context.ts';
import type { Attributes } from './telemetry.ts';

export class RecordedSpan implements OpenSpan {
  readonly attributes: Attributes;
  readonly #span: Span;

  constructor(span: Span, attributes: Attributes) {
    this.#span = span;
    this.attributes = { ...attributes };
  }

  note(attributes: Attributes): void {
    Object.assign(this.attributes, attributes);
    this.#span.setAttributes(attributes);
  }

  /** A refusal and a lost race are answers, not faults. */
  fail(error: unknown): void {
    if (error instanceof Refusal) return this.note({ 'muster.refusal': error.code });
    if (error instanceof LostRace) return this.note({ 'muster.refusal': 'lost_race' });
    this.note({ 'error.type': kindOf(error) });
    this.#span.setStatus({ code: SpanStatusCode.ERROR });
  }
}

/** A code such as ECONNRESET, a kind such as `timeout`, or the error's class: never its message. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { kind, code, errcode, number } = error as Partial<Record<'kind' | 'code' | 'errcode' | 'number', unknown>>;
  const said = [kind, code, errcode, number].find((value) => typeof value === 'string' || typeof value === 'number');
  const text = String(said ?? error.name);
  return /^[\w.-]{1,64}$/.test(text) ? text : 'Error';
}
