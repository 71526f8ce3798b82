/** Messages cut into packets of at most the size agreed upon (MS-TDS 2.2.3), and put together again. */

export const messageKinds = {
  batch: 0x01,
  rpc: 0x03,
  answer: 0x04,
  attention: 0x06,
  token: 0x08,
  transaction: 0x0e,
  login: 0x10,
  prelogin: 0x12,
} as const;

export interface Message {
  kind: number;
  body: Buffer;
  /** The client took back what it was sending; it waits for an answer all the same. */
  isTakenBack?: boolean;
}

const headerLength = 8;
const endOfMessage = 0x01;
const takenBack = 0x02;

/** Puts messages together from what comes in, in pieces of any size. */
export class Incoming {
  #bytes = Buffer.alloc(0);
  #parts: Buffer[] = [];

  /** The messages that `bytes` completes. */
  *add(bytes: Buffer): Generator<Message> {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    for (let packet = this.#next(); packet !== undefined; packet = this.#next()) {
      this.#parts.push(packet.subarray(headerLength));
      const status = packet.readUInt8(1);
      if ((status & endOfMessage) === 0) continue;
      const body = Buffer.concat(this.#parts.splice(0));
      yield { kind: packet.readUInt8(0), body, isTakenBack: (status & takenBack) !== 0 };
    }
  }

  #next(): Buffer | undefined {
    if (this.#bytes.length < headerLength) return undefined;
    const length = this.#bytes.readUInt16BE(2);
    if (this.#bytes.length < length) return undefined;
    const packet = this.#bytes.subarray(0, length);
    this.#bytes = this.#bytes.subarray(length);
    return packet;
  }
}

/** A message as packets of `size` bytes, header included. */
export function packetsOf({ kind, body }: Message, size: number): Buffer {
  const room = size - headerLength;
  const count = Math.max(1, Math.ceil(body.length / room));
  return Buffer.concat(
    Array.from({ length: count }, (_, at) => {
      const part = body.subarray(at * room, (at + 1) * room);
      const header = Buffer.alloc(headerLength);
      header.writeUInt8(kind, 0);
      header.writeUInt8(at === count - 1 ? endOfMessage : 0, 1);
      header.writeUInt16BE(headerLength + part.length, 2);
      header.writeUInt8((at + 1) % 256, 6);
      return Buffer.concat([header, part]);
    }),
  );
}
