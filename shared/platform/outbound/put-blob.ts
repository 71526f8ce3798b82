/** Writes a blob to a container of Azure Blob Storage (the operation Put Blob), signed in with Entra ID. */
import { credentialOf } from '../identity.ts';
import type { Platform } from '../platform.ts';

const scope = 'https://storage.azure.com/.default';
const version = '2024-11-04';
const tries = 3;
const timeoutMilliseconds = 60_000;

export interface Blob {
  /** URL of the container. */
  container: string;
  /** Its path there. */
  name: string;
  content: Uint8Array;
}

/** Overwrites what is there under this name, so that it may be tried again, as it is when storage is busy. Throws when it was not taken. */
export async function putBlob(
  { config, outbound, clock }: Pick<Platform, 'config' | 'outbound' | 'clock'>,
  { container, name, content }: Blob,
): Promise<void> {
  const credential = await credentialOf(config);
  const { token } = (await credential.getToken(scope)) ?? { token: '' };
  for (let tried = 1; ; tried++) {
    const { status } = await outbound.call({
      url: `${container.replace(/\/$/, '')}/${name}`,
      method: 'PUT',
      headers: {
        authorization: `Bearer ${token}`,
        ...{ 'x-ms-version': version, 'x-ms-blob-type': 'BlockBlob', 'content-type': 'application/gzip' },
      },
      body: content,
      timeout_milliseconds: timeoutMilliseconds,
    });
    if (status === 201) return;
    if (status < 500 || tried === tries) throw new Error(`Blob storage answered ${status} to ${name}`);
    await clock.sleep(1000 * 2 ** tried);
  }
}
