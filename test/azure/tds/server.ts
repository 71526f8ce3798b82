/**
 * A loopback stand-in that speaks TDS 7.4 as SQL Server does, as far as Muster's driver uses it: it has no SQL of
 * its own, and goes wrong where a test orders it to.
 */
import { createServer, type AddressInfo, type Server } from 'node:net';
import { selfSigned, type Certificate } from '../certificate.ts';
import { Connection, type Asked, type Behind } from './connection.ts';
import type { Executor } from './executor.ts';
import { Faults } from './faults.ts';

export interface StandIn {
  port: number;
  certificate: Certificate;
  faults: Faults;
  /** Requests so far, in the order of their coming. */
  asked: Asked[];
  /** How many connections are open. */
  open: () => number;
  /** Cuts every open connection. */
  cut: () => void;
  /** Throws when something was asked that the stand-in cannot do. */
  close: () => Promise<void>;
}

export async function startStandIn(executor: Executor, admit: Behind['admit'] = () => undefined): Promise<StandIn> {
  const faults = new Faults();
  const asked: Asked[] = [];
  const broken: unknown[] = [];
  const certificate = selfSigned('localhost');
  const connections = new Set<Connection>();
  const behind: Behind = {
    session: executor,
    faults,
    certificate,
    admit,
    seen: (request) => void asked.push(request),
    broken: (error) => void broken.push(error),
  };
  const server = createServer((socket) => {
    const connection = new Connection(socket, behind);
    connections.add(connection);
    socket.on('close', () => connections.delete(connection));
  });
  const port = await listen(server);
  const cut = () => {
    for (const connection of connections) connection.cut();
  };
  return {
    ...{ port, certificate, faults, asked, cut },
    open: () => connections.size,
    close: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
      if (broken.length > 0) throw new AggregateError(broken, `the stand-in could not do all: ${broken.join('; ')}`);
    },
  };
}

const listen = (server: Server): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
