/**
 * exportArchived: archived jobs as compressed JSON lines in a container of Blob storage, a file for many. Written first and
 * marked afterwards: a job may stand in two files when the process dies between, and in none never.
 */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { putBlob } from '../platform/outbound/put-blob.ts';
import type { Platform } from '../platform/platform.ts';
import { keptArchived } from './store/archive.ts';

const compressed = promisify(gzip);

/** Up to `limit` that have not been written yet; gives their ids, which are to be marked. Nothing without a container. */
export async function exportArchived(platform: Platform, limit: number): Promise<string[]> {
  const container = platform.config.ARCHIVE_CONTAINER_URL;
  const rows = container === undefined ? [] : await keptArchived(platform.db.read, { limit });
  const [first] = rows;
  if (container === undefined || first === undefined) return [];
  const lines = rows.map(
    ({ job_id, archived_at, answer }) => `${JSON.stringify({ job_id, archived_at, ...answer })}\n`,
  );
  await putBlob(platform, {
    container,
    name: `jobs/${first.job_id}.jsonl.gz`,
    content: await compressed(lines.join('')),
  });
  return rows.map(({ job_id }) => job_id);
}
