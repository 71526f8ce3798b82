/** Resident memory of a process that has taken many jobs through the road, after garbage collection. */
import { childJson, parameters } from './child.ts';
import { driveMany } from './drive.ts';
import { openEmbedded } from './embedded.ts';
import { startFlags } from './start-flags.ts';

interface Memory {
  /** Megabytes. */
  after_10k: number;
  after_20k: number;
}

export const memoryAfter = (folder: string): Promise<Memory> =>
  childJson('./memory.ts', { folder }, ['--expose-gc', ...startFlags()]);

const megabytes = async (): Promise<number> => {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return process.memoryUsage().rss / 1024 / 1024;
};

if (import.meta.main) {
  const muster = await openEmbedded(parameters<{ folder: string }>().folder);
  await driveMany(muster, { count: 10_000, inFlight: 64 });
  const after_10k = await megabytes();
  await driveMany(muster, { count: 10_000, inFlight: 64 });
  console.log(JSON.stringify({ after_10k, after_20k: await megabytes() }));
  await muster.platform.close();
}
