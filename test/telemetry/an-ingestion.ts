/** The ingestion endpoint of Application Insights on the loopback: takes envelopes over TLS, as the SDK sends them. */
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { selfSigned } from '../azure/certificate.ts';

export interface Envelope {
  tags: Record<string, string>;
  data: {
    baseType: 'RequestData' | 'RemoteDependencyData' | 'MetricData' | 'MessageData' | 'ExceptionData';
    baseData: {
      id?: string;
      name?: string;
      type?: string;
      responseCode?: string;
      metrics?: { name: string; value: number; count: number }[];
      properties: Record<string, string>;
    };
  };
}

export interface Ingestion {
  connectionString: string;
  /** Trust it by this, in PEM. */
  certificate: string;
  /** Headers of each request. */
  authorizations: (string | undefined)[];
  /** All that came, as it came. */
  text(): string;
  envelopes(type: Envelope['data']['baseType']): Envelope[];
  close(): Promise<void>;
}

export async function openIngestion(): Promise<Ingestion> {
  const { key, cert } = selfSigned('localhost');
  const bodies: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const server = createServer({ key, cert }, (request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts);
      const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString();
      bodies.push(text);
      authorizations.push(request.headers.authorization);
      const count = envelopesIn(text).length;
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ itemsReceived: count, itemsAccepted: count, errors: [] }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://localhost:${(server.address() as AddressInfo).port}/`;
  return {
    connectionString: `InstrumentationKey=11111111-2222-3333-4444-555555555555;IngestionEndpoint=${url};LiveEndpoint=${url}`,
    certificate: cert,
    authorizations,
    text: () => bodies.join('\n'),
    envelopes: (type) => bodies.flatMap(envelopesIn).filter(({ data }) => data.baseType === type),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** A list, or one a line. */
const envelopesIn = (text: string): Envelope[] =>
  text.startsWith('[')
    ? (JSON.parse(text) as Envelope[])
    : text.split('\n').map((line) => JSON.parse(line) as Envelope);
