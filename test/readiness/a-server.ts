/** A server on the loopback that answers as it is told. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Said {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
}

export interface Server {
  url: string;
  asked: Asked[];
  close(): Promise<void>;
}

type Answer = Said | undefined;

/** Never answering is `undefined`; a promise is an answer that takes its time. */
export async function openServer(answer: (asked: Asked) => Answer | Promise<Answer>): Promise<Server> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    const respond = async () => {
      const { method = '', url = '', headers } = request;
      const one = { method, path: url, headers, body: Buffer.concat(parts).toString() };
      asked.push(one);
      const said = await answer(one);
      if (said !== undefined) response.writeHead(said.status ?? 200, said.headers ?? {}).end(said.body ?? '');
    };
    request.on('end', () => void respond());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
