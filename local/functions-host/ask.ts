/** A question over HTTP to one function of an app, without any HTTP in between. */
import type { InvocationResponse, RpcResponse } from './rpc.ts';
import type { Call, Worker } from './worker.ts';

export interface Asked {
  method?: string;
  /** Path and query. */
  path: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** The host's own trace. */
  traceParent?: string;
}

export interface Answered {
  status: number;
  headers: Record<string, string>;
  text: string;
}

export function httpCall({ method = 'GET', path, headers = {}, body = '', traceParent }: Asked): Call {
  const named = Object.entries(headers).map(([name, value]) => [name, { value }] as const);
  return {
    data: {
      http: {
        method,
        url: `http://127.0.0.1${path}`,
        nullableHeaders: Object.fromEntries(named),
        nullableParams: {},
        nullableQuery: {},
        body: { bytes: Buffer.from(body) },
      },
    },
    traceParent,
  };
}

/** Throws when the function has not answered over HTTP. */
export function httpAnswer({ returnValue }: InvocationResponse): RpcResponse {
  const http = returnValue?.http;
  if (http === undefined || !('statusCode' in http)) throw new Error('the function gave no answer');
  return http;
}

export function answerIn(response: InvocationResponse): Answered {
  const { statusCode, headers, body } = httpAnswer(response);
  return { status: Number(statusCode), headers, text: Buffer.from(body?.bytes ?? []).toString() };
}

export const ask = async (worker: Worker, name: string, asked: Asked): Promise<Answered> =>
  answerIn(await worker.invoke(name, httpCall(asked)));
