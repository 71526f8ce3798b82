/** The part of the worker's protocol that the library of an app reads and writes. */

export interface TypedData {
  string?: string;
  json?: string;
  bytes?: Uint8Array;
  int?: number;
  http?: RpcRequest | RpcResponse;
}

interface Nullable {
  value?: string;
}

export interface RpcRequest {
  method: string;
  url: string;
  nullableHeaders: Record<string, Nullable>;
  nullableParams: Record<string, Nullable>;
  nullableQuery: Record<string, Nullable>;
  body: TypedData;
}

export interface RpcResponse {
  statusCode: string;
  headers: Record<string, string>;
  body?: TypedData | null;
}

export interface Binding {
  type: string;
  direction: 'in' | 'out';
  /** Of `httpTrigger`. */
  route?: string;
  methods?: string[];
  authLevel?: string;
  /** Of `timerTrigger`, in NCRONTAB. */
  schedule?: string;
  /** Of `serviceBusTrigger`. */
  queueName?: string;
  connection?: string;
}

export interface FunctionMetadata {
  name: string;
  bindings: Record<string, Binding>;
}

export interface InvocationRequest {
  inputData: { name: string; data: TypedData }[];
  triggerMetadata: Record<string, TypedData>;
  traceContext?: { traceParent?: string };
}

export interface CoreInvocation {
  invocationId: string;
  metadata: FunctionMetadata;
  request: InvocationRequest;
  state: string | undefined;
  log(level: string, category: string, message: string): void;
}

export interface InvocationResponse {
  returnValue?: TypedData | null;
}

/** What `@azure/functions` makes of one call. */
export interface InvocationModel {
  getArguments(): Promise<{ context: object; inputs: unknown[] }>;
  invokeFunction(context: object, inputs: unknown[], callback: (...inputs: unknown[]) => unknown): Promise<unknown>;
  getResponse(context: object, result: unknown): Promise<InvocationResponse>;
}
