/** ECDSA over P-256 for a digest that was made elsewhere, as a vault does it (FIPS 186-5, 6.4.1). */
import { createECDH, randomBytes, type KeyObject } from 'node:crypto';

/** The order of the group. */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

const numberIn = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
const bytesOf = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
const mod = (value: bigint): bigint => ((value % order) + order) % order;

function power(base: bigint, exponent: bigint): bigint {
  let [result, square] = [1n, mod(base)];
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = mod(result * square);
    square = mod(square * square);
  }
  return result;
}

/** r and s, 32 bytes each. */
export function signedDigest(digest: Uint8Array, privateKey: KeyObject): Buffer {
  const secret = numberIn(Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url'));
  const once = (numberIn(randomBytes(32)) % (order - 1n)) + 1n;
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(bytesOf(once));
  const r = mod(numberIn(curve.getPublicKey().subarray(1, 33)));
  const s = mod(power(once, order - 2n) * (numberIn(digest) + r * secret));
  return Buffer.concat([bytesOf(r), bytesOf(s)]);
}
