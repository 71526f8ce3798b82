/** rotateDataKeys: once a day, what a rotation of the vault's key asks for. */
import type { Platform } from '../platform/platform.ts';

/** Nothing where the key was not rotated, or where there is no vault. */
export async function rotateDataKeys(platform: Platform): Promise<void> {
  await platform.sealer.rotate();
}
