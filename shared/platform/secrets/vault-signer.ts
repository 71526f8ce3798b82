/** Seals of the record, signed by a key of the vault: who can write the database cannot sign. */
import { createPublicKey, hash } from 'node:crypto';
import type { JsonWebKey } from '@azure/keyvault-keys';
import type { Clock } from '../platform.ts';
import { isSignedBy, publicKeyOf, type PublicKey, type Signer } from './seal.ts';
import type { Vault } from './vault.ts';

const signingKey = 'muster-seal';

/** How long public keys are kept; what an unknown key has signed is looked up sooner. */
const freshMilliseconds = { known: 300_000, unknown: 10_000 };

interface KeyVersion extends PublicKey {
  version: string;
  created_at: Date;
}

/** `local` has signed before there was a vault. */
export function signerIn(vault: Vault, clock: Clock, local: Signer | undefined): Signer {
  let kept: { keys: PublicKey[]; at: number } | undefined;
  const publicKeys = async (fresh: number): Promise<PublicKey[]> => {
    const now = clock.now().getTime();
    if (kept !== undefined && now - kept.at < fresh) return kept.keys;
    const versions = await keyVersions(vault);
    const earlier = (await local?.publicKeys()) ?? [];
    kept = { keys: [...versions.map(({ key_id, public_key }) => ({ key_id, public_key })), ...earlier], at: now };
    return kept.keys;
  };
  return {
    sign: async (text) => {
      const { version, key_id } = await keyVersion(vault);
      return { key_id, signature: await signature(vault, version, text) };
    },
    verify: async (text, signed) => {
      const keys = await publicKeys(freshMilliseconds.known);
      const isKnown = keys.some(({ key_id }) => key_id === signed.key_id);
      return isSignedBy(isKnown ? keys : await publicKeys(freshMilliseconds.unknown), text, signed);
    },
    publicKeys: async () => {
      const [first, ...rest] = await publicKeys(freshMilliseconds.known);
      return first === undefined ? missing() : [first, ...rest];
    },
  };
}

const signature = async (vault: Vault, version: string, text: string): Promise<string> => {
  const made = await vault.ask('signing', async ({ crypto }, limit) => {
    const digest = hash('sha256', text, 'buffer');
    const { result } = await crypto(signingKey, version).sign('ES256', digest, limit);
    return Buffer.from(result).toString('base64');
  });
  return made ?? missing();
};

/** A version of the key, the newest where none is named. */
async function keyVersion(vault: Vault, version?: string): Promise<KeyVersion> {
  const found = await vault.ask(`the key ${signingKey}`, async ({ keys }, limit) => {
    const { key, properties } = await keys.getKey(signingKey, {
      ...(version === undefined ? {} : { version }),
      ...limit,
    });
    return { ...spkiOf(key), version: properties.version ?? '', created_at: properties.createdOn ?? new Date(0) };
  });
  return found ?? missing();
}

/** Those that are enabled, newest first. */
async function keyVersions(vault: Vault): Promise<KeyVersion[]> {
  const names = await vault.ask(`the versions of the key ${signingKey}`, async ({ keys }, limit) => {
    const found: string[] = [];
    for await (const { version, enabled } of keys.listPropertiesOfKeyVersions(signingKey, limit)) {
      if (enabled === true && version !== undefined) found.push(version);
    }
    return found;
  });
  const versions = await Promise.all((names ?? []).map((name) => keyVersion(vault, name)));
  return versions.toSorted((a, b) => b.created_at.getTime() - a.created_at.getTime());
}

function spkiOf(key: JsonWebKey | undefined): PublicKey {
  if (key?.kty?.startsWith('EC') !== true || key.crv !== 'P-256' || key.x === undefined || key.y === undefined)
    throw new Error(`the key ${signingKey} is not an elliptic curve key on P-256`);
  const point = { x: Buffer.from(key.x).toString('base64url'), y: Buffer.from(key.y).toString('base64url') };
  return publicKeyOf(createPublicKey({ key: { kty: 'EC', crv: 'P-256', ...point }, format: 'jwk' }));
}

const missing = (): never => {
  throw new Error(`Key Vault has no key ${signingKey}; create it, or recover it if it was deleted`);
};
