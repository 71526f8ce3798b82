/** The host's door: HTTP in, a call of the function whose route it is, HTTP out, all of it in memory. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runByHand } from './admin.ts';
import { httpAnswer } from './ask.ts';
import type { RpcRequest, RpcResponse } from './rpc.ts';
import { routeFinder, type Finder, type Found } from './templates.ts';
import type { Worker } from './worker.ts';

export interface DoorOptions {
  port: number;
  routePrefix: string;
  /** As on some hosts: a body that comes in chunks reaches the function empty. */
  losesChunks?: boolean;
}

export interface Door {
  url: string;
  close(): Promise<void>;
}

export async function openDoor(worker: Worker, options: DoorOptions): Promise<Door> {
  const find = routeFinder(worker.functions, options.routePrefix);
  const server = createServer((request, response) => {
    void serve({ worker, find, losesChunks: options.losesChunks ?? false }, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo; // a server on TCP
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Serving {
  worker: Worker;
  find: Finder;
  losesChunks: boolean;
}

async function serve({ worker, find, losesChunks }: Serving, request: IncomingMessage, response: ServerResponse) {
  const url = new URL(request.url ?? '/', `http://${request.headers.host ?? 'localhost'}`);
  try {
    const body = await bodyOf(request);
    const byHand = /^\/admin\/functions\/(\w+)$/.exec(url.pathname)?.[1];
    if (byHand !== undefined) return void response.writeHead(await runByHand(worker, byHand, body)).end();
    const found = find(request.method ?? 'GET', url.pathname);
    if (found === undefined) return void response.writeHead(404).end();
    const lost = losesChunks && request.headers['transfer-encoding'] !== undefined;
    const http = rpcRequest({ request, url, found, body: lost ? Buffer.alloc(0) : body });
    const traceParent = request.headers['traceparent']?.toString();
    write(response, httpAnswer(await worker.invoke(found.name, { data: { http }, traceParent })));
  } catch {
    response.writeHead(500).end(); // what the host answers when a function throws
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

interface Arrived {
  request: IncomingMessage;
  url: URL;
  found: Found;
  body: Buffer;
}

function rpcRequest({ request, url, found, body }: Arrived): RpcRequest {
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)] as const);
  return {
    method: request.method ?? 'GET',
    url: url.href,
    nullableHeaders: nullable(headers),
    nullableParams: nullable(Object.entries(found.params)),
    nullableQuery: nullable(url.searchParams),
    body: { bytes: body },
  };
}

/** A value that is not there is not the same as an empty one, on the wire. */
const nullable = (entries: Iterable<readonly [string, string]>): Record<string, { value?: string }> =>
  Object.fromEntries([...entries].map(([name, value]) => [name, value === '' ? {} : { value }]));

function write(response: ServerResponse, { statusCode, headers, body }: RpcResponse): void {
  const bytes = body?.bytes ?? Buffer.from(body?.string ?? '');
  response.writeHead(Number(statusCode), { ...headers, 'content-length': bytes.byteLength });
  response.end(bytes);
}
