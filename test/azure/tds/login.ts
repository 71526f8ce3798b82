/** How a connection begins (MS-TDS 2.2.6.4 and 2.2.6.5). */
import { Bytes, Cursor } from './bytes.ts';

const options = { version: 0, encryption: 1, instance: 2, thread: 3, mars: 4, signIn: 6, end: 0xff } as const;
const encryption = { on: 1, notSupported: 2 } as const;

/** Whether the client asks for encryption before it says who it is. */
export function wantsEncryption(prelogin: Buffer): boolean {
  const from = new Cursor(prelogin);
  for (let option = from.u8(); option !== options.end; option = from.u8()) {
    const at = from.raw(2).readUInt16BE();
    from.u16();
    if (option === options.encryption) return prelogin.readUInt8(at) === encryption.on;
  }
  return false;
}

export function preloginAnswer(encrypted: boolean): Buffer {
  const said: [option: number, value: Buffer][] = [
    [options.version, Buffer.from([16, 0, 0, 0, 0, 0])],
    [options.encryption, Buffer.from([encrypted ? encryption.on : encryption.notSupported])],
    [options.instance, Buffer.from([0])],
    [options.thread, Buffer.alloc(0)],
    [options.mars, Buffer.from([0])],
    [options.signIn, Buffer.from([1])],
  ];
  const table = new Bytes();
  const values = new Bytes();
  for (const [option, value] of said) {
    const header = Buffer.alloc(5);
    header.writeUInt8(option, 0);
    header.writeUInt16BE(said.length * 5 + 1 + values.length, 1);
    header.writeUInt16BE(value.length, 3);
    table.raw(header);
    values.raw(value);
  }
  return Buffer.concat([table.u8(options.end).done(), values.done()]);
}

export interface Login {
  packetSize: number;
  user: string;
  password: string;
  database: string;
  app: string;
  /** A token of Entra ID; undefined: a user and a password. */
  token: string | undefined;
  /** The token comes when it is asked for. */
  bringsTokenLater: boolean;
}

/** Offsets of texts in the fixed part of a login. */
const texts = { user: 40, password: 44, app: 48, database: 68 } as const;
const extensionFlag = 0x10;

export function readLogin(body: Buffer): Login {
  const text = (name: keyof typeof texts): Buffer => {
    const at = body.readUInt16LE(texts[name]);
    return body.subarray(at, at + body.readUInt16LE(texts[name] + 2) * 2);
  };
  return {
    packetSize: body.readUInt32LE(8),
    user: text('user').toString('utf16le'),
    password: Buffer.from(text('password').map(unscrambled)).toString('utf16le'),
    app: text('app').toString('utf16le'),
    database: text('database').toString('utf16le'),
    ...((body.readUInt8(27) & extensionFlag) === 0 ? byPassword : signInOf(body)),
  };
}

const unscrambled = (byte: number): number => {
  const mixed = byte ^ 0xa5;
  return ((mixed << 4) & 0xf0) | (mixed >> 4);
};

type SignIn = Pick<Login, 'token' | 'bringsTokenLater'>;
const byPassword: SignIn = { token: undefined, bringsTokenLater: false };

function signInOf(body: Buffer): SignIn {
  const extension = body.readUInt32LE(body.readUInt16LE(56));
  const from = new Cursor(body.subarray(extension));
  for (let feature = from.u8(); feature !== 0xff; feature = from.u8()) {
    const value = new Cursor(from.raw(from.u32()));
    if (feature !== 0x02) continue;
    const isToken = value.u8() >> 1 === 1;
    if (!isToken) return { token: undefined, bringsTokenLater: true };
    return { token: value.raw(value.u32()).toString('utf16le'), bringsTokenLater: false };
  }
  return byPassword;
}

/** A token sent after it was asked for. */
export function readToken(body: Buffer): string {
  const from = new Cursor(body);
  from.u32();
  return from.raw(from.u32()).toString('utf16le');
}
