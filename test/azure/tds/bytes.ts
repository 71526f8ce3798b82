/** Bytes as TDS lays them out: little-endian numbers, UTF-16 text with its length in front (MS-TDS 2.2). */

/** Grows as it is written. */
export class Bytes {
  readonly #parts: Uint8Array[] = [];

  get length(): number {
    return this.#parts.reduce((sum, { length }) => sum + length, 0);
  }

  raw(...parts: Uint8Array[]): this {
    this.#parts.push(...parts);
    return this;
  }

  u8(...values: number[]): this {
    return this.raw(Buffer.from(values));
  }

  u16(value: number): this {
    return this.#number(2, (part) => part.writeUInt16LE(value));
  }

  u32(value: number): this {
    return this.#number(4, (part) => part.writeUInt32LE(value));
  }

  i32(value: number): this {
    return this.#number(4, (part) => part.writeInt32LE(value));
  }

  i64(value: bigint): this {
    return this.#number(8, (part) => part.writeBigInt64LE(value));
  }

  f64(value: number): this {
    return this.#number(8, (part) => part.writeDoubleLE(value));
  }

  /** The lowest `size` bytes of a number that is not negative. */
  unsigned(value: number, size: number): this {
    return this.#number(size, (part) => part.writeUIntLE(value, 0, size));
  }

  /** Text after its length in characters, in one byte. */
  shortText(text: string): this {
    return this.u8(text.length).raw(Buffer.from(text, 'utf16le'));
  }

  /** Text after its length in characters, in two bytes. */
  text(text: string): this {
    return this.u16(text.length).raw(Buffer.from(text, 'utf16le'));
  }

  /** Bytes after their length, in one byte. */
  shortBytes(bytes: Uint8Array): this {
    return this.u8(bytes.length).raw(bytes);
  }

  done(): Buffer {
    return Buffer.concat(this.#parts);
  }

  #number(size: number, write: (part: Buffer) => void): this {
    const part = Buffer.alloc(size);
    write(part);
    return this.raw(part);
  }
}

/** Reads from the front; past the end it throws, as a server would refuse the request. */
export class Cursor {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  raw(length: number): Buffer {
    if (length > this.left) throw new RangeError(`a request ends ${length - this.left} bytes early`);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  u8 = (): number => this.raw(1).readUInt8();
  u16 = (): number => this.raw(2).readUInt16LE();
  u32 = (): number => this.raw(4).readUInt32LE();
  i32 = (): number => this.raw(4).readInt32LE();
  i64 = (): bigint => this.raw(8).readBigInt64LE();
  u64 = (): bigint => this.raw(8).readBigUInt64LE();
  f32 = (): number => this.raw(4).readFloatLE();
  f64 = (): number => this.raw(8).readDoubleLE();
  unsigned = (size: number): number => this.raw(size).readUIntLE(0, size);
  shortText = (): string => this.raw(this.u8() * 2).toString('utf16le');
  text = (): string => this.raw(this.u16() * 2).toString('utf16le');
  rest = (): Buffer => this.raw(this.left);
}
