/** Sealed values: AES-256-GCM, with the place a value belongs to as additional data, so it opens nowhere else. */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import type { Random } from '../platform.ts';

export interface Sealed {
  key_id: string;
  /** base64 of nonce, tag and text. */
  ciphertext: string;
}

export interface Signed {
  key_id: string;
  /** Ed25519, in base64. */
  signature: string;
}

export interface PublicKey {
  /** The first 16 hexadecimal digits of the public key's SHA-256. */
  key_id: string;
  /** SubjectPublicKeyInfo, DER in base64: it says which algorithm it is for. */
  public_key: string;
}

export interface Sealer {
  seal(plain: string, path: string): Promise<Sealed>;
  /** A keyed hash (HMAC-SHA-256, base64): says whether two texts are the same to nobody who lacks the key. */
  mac(text: string): Promise<string>;
  /** Throws when the key, the place or the text is another. */
  open(sealed: Sealed, path: string): Promise<string>;
  /** Signs the record's seals. Whoever checks them needs the public key only. */
  sign(text: string): Promise<Signed>;
  verify(text: string, signed: Signed): Promise<boolean>;
  publicKey(): Promise<PublicKey>;
}

/** A sealer with one key in memory, 32 bytes; what encrypts and what signs are derived from it. */
export function sealerWith(key: Uint8Array, random: Random): Sealer {
  const id = createHash('sha256').update('muster key id').update(key).digest('hex').slice(0, 16);
  const encryption = derived(key, 'seal');
  const signing = signingKey(derived(key, 'sign'));
  const known = publicKeyOf(signing);
  return {
    seal: async (plain, path) => ({
      key_id: id,
      ciphertext: encrypt(encryption, { plain, path, nonce: random.bytes(nonceBytes) }),
    }),
    mac: async (text) => createHmac('sha256', derived(key, 'mac')).update(text).digest('base64'),
    open: async (sealed, path) => {
      if (sealed.key_id !== id) throw new Error(`sealed with key ${sealed.key_id}, and only ${id} is at hand`);
      return decrypt(encryption, sealed.ciphertext, path);
    },
    sign: async (text) => ({
      key_id: known.key_id,
      signature: sign(null, Buffer.from(text), signing).toString('base64'),
    }),
    verify: async (text, signed) =>
      signed.key_id === known.key_id && verifySignature(known.public_key, text, signed.signature),
    publicKey: async () => known,
  };
}

/** Whether `signature` (base64) is of this text by this key ({@link PublicKey.public_key}). Pure. */
export function verifySignature(publicKey: string, text: string, signature: string): boolean {
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
  return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64'));
}

const derived = (key: Uint8Array, purpose: string): Buffer => createHmac('sha256', key).update(purpose).digest();

/** What stands before the 32 bytes of an Ed25519 private key in PKCS #8 (RFC 8410, section 7). */
const privateKeyHeader = Buffer.from('302e020100300506032b657004220420', 'hex');

const signingKey = (seed: Buffer): KeyObject =>
  createPrivateKey({ key: Buffer.concat([privateKeyHeader, seed]), format: 'der', type: 'pkcs8' });

function publicKeyOf(signing: KeyObject): PublicKey {
  const der = createPublicKey(signing).export({ format: 'der', type: 'spki' });
  return {
    key_id: createHash('sha256').update(der).digest('hex').slice(0, 16),
    public_key: der.toString('base64'),
  };
}

const nonceBytes = 12;
/** Said when opening, or a shorter tag would do, which is easier to guess. */
const tagBytes = 16;

function encrypt(key: Uint8Array, { plain, path, nonce }: { plain: string; path: string; nonce: Uint8Array }): string {
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(path));
  const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64');
}

function decrypt(key: Uint8Array, ciphertext: string, path: string): string {
  const bytes = Buffer.from(ciphertext, 'base64');
  const nonce = bytes.subarray(0, nonceBytes);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(Buffer.from(path));
  decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
  return Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]).toString('utf8');
}
