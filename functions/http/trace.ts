/** W3C trace context: what the caller sent goes on, or a new trace begins. */
import type { Random } from '../../shared/platform/platform.ts';

const form = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(?:-.*)?$/;

/** Bytes drawn at once: a system call for each request was 5 % of a small answer. */
const drawn = 4096;

export interface Traced {
  /** The traceparent of this request: the caller's trace with an id of our own in it, otherwise a new trace. */
  trace: string;
  /** The caller's, when it is valid. */
  parent: string | null;
}

/** Makes the traceparent (version 00) of each request. */
export function traceSource(random: Random): (header: string | null) => Traced {
  let pool = '';
  const hex = (digits: number): string => {
    if (pool.length < digits) pool = Buffer.from(random.bytes(drawn)).toString('hex');
    const taken = pool.slice(0, digits);
    pool = pool.slice(digits);
    return taken;
  };
  return (header) => {
    const [, trace, flags] = (header === null || header.length > 200 ? null : form.exec(header)) ?? [];
    return trace === undefined
      ? { trace: `00-${hex(32)}-${hex(16)}-01`, parent: null }
      : { trace: `00-${trace}-${hex(16)}-${flags}`, parent: header };
  };
}

export const isTraceparent = (text: string): boolean => form.test(text);

/** The part of a traceparent that names the trace. */
export const traceId = (traceparent: string): string => traceparent.slice(3, 35);
