/** Servers and clients of one test of outbound calls, with a sentinel that counts connections made to it. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from 'node:net';
import { expect } from 'vitest';
import { guardedOutbound, type Resolve } from '../../shared/platform/outbound/guarded.ts';
import type { Outbound, OutboundFault } from '../../shared/platform/outbound/outbound.ts';

export interface Sentinel {
  port: number;
  /** Connections made to the sentinel so far. */
  connections(): number;
  /** Serves HTTP on a free port and gives the port. */
  serve(answer: RequestListener): Promise<number>;
  client(allow?: string[], resolve?: Resolve, identity?: string): Outbound;
  close(): Promise<void>;
}

export async function openSentinel(): Promise<Sentinel> {
  const opened: (() => unknown)[] = [];
  let connections = 0;
  const tcp = createTcpServer((socket) => {
    connections++;
    socket.destroy();
  });
  opened.push(() => tcp.close());
  return {
    port: await listening(tcp),
    connections: () => connections,
    serve: async (answer) => {
      const server = createServer(answer);
      opened.push(() => (server.closeAllConnections(), server.close()));
      return listening(server);
    },
    client: (allow = [], resolve, identity) => {
      const outbound = guardedOutbound({ OUTBOUND_ALLOW: allow, IDENTITY_ENDPOINT: identity }, resolve);
      opened.push(() => outbound.close());
      return outbound;
    },
    close: async () => {
      for (const close of opened.reverse()) await close();
    },
  };
}

export async function listening(server: TcpServer | Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port; // listening on TCP
}

/** What a call that must not succeed rejects with. */
export const faultOf = (call: Promise<unknown>): Promise<OutboundFault> =>
  call.then(
    () => expect.fail('the call was made'),
    (fault: unknown) => fault as OutboundFault, // the one thing a client rejects with
  );
