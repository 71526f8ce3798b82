/** Calls to addresses that a caller can influence. The guarded client is the only way out. */

export interface OutboundRequest {
  url: string;
  method?: 'GET' | 'POST' | 'PUT';
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** Whole call, connecting included; 10 s. */
  timeout_milliseconds?: number;
  /** More of an answer than this is not read; 256 KiB. */
  max_answer_bytes?: number;
}

export interface OutboundAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
  latency_milliseconds: number;
}

export interface Outbound {
  /** Rejects with an {@link OutboundFault}; an answer of any status is an answer. Does not retry. */
  call(request: OutboundRequest): Promise<OutboundAnswer>;
  /** Whether it would call this address now: rejects with an {@link OutboundFault}, and connects to nobody. */
  check(url: string): Promise<void>;
  close(): Promise<void>;
}

/** `refused`: the address may not be called, so trying again is useless. */
export class OutboundFault extends Error {
  override readonly name = 'OutboundFault';
  readonly kind: 'refused' | 'unreachable' | 'timeout' | 'too_large';

  constructor(kind: OutboundFault['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}
