/** Public keys that the reader of a record trusts, from elsewhere. */
import { verifySignature, type Signed, type Signer } from '../shared/platform/secrets/seal.ts';

/** `trusted` are public keys in base64: all that have signed since the record began. */
export const isSignedByAny =
  (trusted: readonly string[]): Signer['verify'] =>
  async (text: string, { signature }: Signed) =>
    trusted.some((key) => verifySignature(key, text, signature));
