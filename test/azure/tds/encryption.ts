/** TLS inside TDS: the handshake goes in messages of its own, what follows goes plain (MS-TDS 3.2.5.2). */
import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { Certificate } from '../certificate.ts';
import { Incoming, messageKinds, packetsOf } from './packets.ts';

const packetSize = 4096;

/** The encrypted side of the socket, with the handshake put into and taken out of messages. */
class Wrapped extends Duplex {
  readonly #socket: Socket;
  readonly #incoming = new Incoming();
  #flight: Buffer[] = [];
  #isPlain = false;

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
    socket.on('close', () => this.destroy());
  }

  /** The handshake is over; what it still has to say goes out as its last message. */
  plain(): void {
    this.#fly();
    this.#isPlain = true;
  }

  override _read(): void {}

  override _write(bytes: Buffer, _encoding: string, written: () => void): void {
    if (this.#isPlain) {
      this.#socket.write(bytes);
    } else {
      this.#flight.push(bytes);
      setImmediate(() => this.#fly()); // one message answers one: all of a flight goes together
    }
    written();
  }

  #take(bytes: Buffer): void {
    if (this.#isPlain) this.push(bytes);
    else for (const { body } of this.#incoming.add(bytes)) this.push(body);
  }

  #fly(): void {
    if (this.#flight.length === 0) return;
    const body = Buffer.concat(this.#flight.splice(0));
    this.#socket.write(packetsOf({ kind: messageKinds.prelogin, body }, packetSize));
  }
}

/** The server's side; bytes written to it and read from it are clear. */
export function encrypted(socket: Socket, { key, cert }: Certificate): TLSSocket {
  const wrapped = new Wrapped(socket);
  const secureContext = createSecureContext({ key, cert, maxVersion: 'TLSv1.2' });
  const clear = new TLSSocket(wrapped, { isServer: true, secureContext });
  clear.once('secure', () => setImmediate(() => wrapped.plain()));
  clear.on('error', () => socket.destroy());
  return clear;
}
