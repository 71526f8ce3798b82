/** The key of the vault that wraps data keys. It never leaves the vault. */
import type { Vault } from './vault.ts';

export const wrappingKey = 'muster-data';

/** With SHA-256; without it the SDK would wrap with SHA-1 in this process. */
const algorithm = 'RSA-OAEP-256';

/** The version that wraps now. */
export async function newestWrapping(vault: Vault): Promise<string> {
  const version = await vault.ask(`the key ${wrappingKey}`, async ({ keys }, limit) => {
    const { properties } = await keys.getKey(wrappingKey, limit);
    return properties.version;
  });
  return version ?? missing(wrappingKey);
}

export async function wrap(vault: Vault, version: string, key: Uint8Array): Promise<string> {
  const wrapped = await vault.ask('wrapping a data key', async ({ crypto }, limit) => {
    const { result } = await crypto(wrappingKey, version).wrapKey(algorithm, key, limit);
    return Buffer.from(result).toString('base64');
  });
  return wrapped ?? missing(`${wrappingKey} version ${version}`);
}

export async function unwrap(vault: Vault, version: string, wrapped: string): Promise<Uint8Array> {
  const key = await vault.ask('unwrapping a data key', async ({ crypto }, limit) => {
    const { result } = await crypto(wrappingKey, version).unwrapKey(algorithm, Buffer.from(wrapped, 'base64'), limit);
    return result;
  });
  return key ?? missing(`${wrappingKey} version ${version}`);
}

const missing = (what: string): never => {
  throw new Error(`Key Vault has no key ${what}; create it, or recover it if it was deleted`);
};
