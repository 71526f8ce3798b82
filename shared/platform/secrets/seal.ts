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
  /** In base64: Ed25519, or ECDSA over P-256 with SHA-256 (r and s), as the public key says. */
  signature: string;
}

export interface PublicKey {
  /** The first 16 hexadecimal digits of the public key's SHA-256. */
  key_id: string;
  /** SubjectPublicKeyInfo, DER in base64: it says which algorithm it is for. */
  public_key: string;
}

/** Seals values for their place. */
export interface ValueSealer {
  seal(plain: string, path: string): Promise<Sealed>;
  /** A keyed hash (HMAC-SHA-256, base64): says whether two texts are the same to nobody who lacks the key. */
  mac(text: string): Promise<string>;
  /** Throws when the key, the place or the text is another. */
  open(sealed: Sealed, path: string): Promise<string>;
  /** After a rotation of the key that guards the data keys: guards them anew, and says how many. */
  rotate(): Promise<number>;
}

/** Signs the record's seals. Whoever checks them needs the public key only. */
export interface Signer {
  sign(text: string): Promise<Signed>;
  verify(text: string, signed: Signed): Promise<boolean>;
  /** Every key that may have signed, the one that signs now first. */
  publicKeys(): Promise<[PublicKey, ...PublicKey[]]>;
}

export interface Sealer extends ValueSealer, Signer {
  /** Tries its keys and says which they are; throws what is wrong. Stores nothing. */
  check(): Promise<string>;
}

/** A sealer with one key in memory, 32 bytes; what encrypts and what signs are derived from it. */
export function sealerWith(key: Uint8Array, random: Random): Sealer {
  const id = keyIdOf(key);
  const encryption = derived(key, 'seal');
  let made: { signing: KeyObject; known: PublicKey } | undefined; // few ever sign
  const signer = () => (made ??= signerOf(signingKey(derived(key, 'sign'))));
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
    rotate: async () => 0,
    sign: async (text) => ({
      key_id: signer().known.key_id,
      signature: sign(null, Buffer.from(text), signer().signing).toString('base64'),
    }),
    verify: async (text, signed) => isSignedBy([signer().known], text, signed),
    publicKeys: async () => [signer().known],
    check: async () => `one key of its own, ${id}`,
  };
}

const signerOf = (signing: KeyObject) => ({ signing, known: publicKeyOf(signing) });

/** The name of a data key; says nothing of it. */
export const keyIdOf = (key: Uint8Array): string =>
  createHash('sha256').update('muster key id').update(key).digest('hex').slice(0, 16);

/** Whether the signature is by the key it names, and that one is among these. Pure. */
export function isSignedBy(keys: readonly PublicKey[], text: string, { key_id, signature }: Signed): boolean {
  const key = keys.find((one) => one.key_id === key_id);
  return key !== undefined && verifySignature(key.public_key, text, signature);
}

/** Whether `signature` (base64) is of this text by this key ({@link PublicKey.public_key}). Pure. */
export function verifySignature(publicKey: string, text: string, signature: string): boolean {
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
  const [data, bytes] = [Buffer.from(text), Buffer.from(signature, 'base64')];
  switch (key.asymmetricKeyType) {
    case 'ed25519':
      return verify(null, data, key, bytes);
    case 'ec':
      return verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, bytes);
    default:
      return false;
  }
}

const derived = (key: Uint8Array, purpose: string): Buffer => createHmac('sha256', key).update(purpose).digest();

/** What stands before the 32 bytes of an Ed25519 private key in PKCS #8 (RFC 8410, section 7). */
const privateKeyHeader = Buffer.from('302e020100300506032b657004220420', 'hex');

const signingKey = (seed: Buffer): KeyObject =>
  createPrivateKey({ key: Buffer.concat([privateKeyHeader, seed]), format: 'der', type: 'pkcs8' });

/** Of a public key, or of the public half of a private one. */
export function publicKeyOf(key: KeyObject): PublicKey {
  const der = (key.type === 'public' ? key : createPublicKey(key)).export({ format: 'der', type: 'spki' });
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
