/**
 * exportArchived: archived jobs as compressed JSON lines in a container of Blob storage, a file for many. Written first and
 * marked afterwards, under a name that says what is in it: a job may stand in two files when the process dies between, and
 * in none never.
 */
import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { putBlob } from '../platform/outbound/put-blob.ts';
import type { Platform } from '../platform/platform.ts';
import { keptArchived } from './store/archive.ts';

const compressed = promisify(gzip);

/** A file ends with the job that passes so many characters: a definition may be a megabyte long. */
const longest = 8_000_000;

/** Up to `limit` that have not been written yet; gives their ids, which are to be marked. Nothing without a container. */
export async function exportArchived(platform: Platform, limit: number): Promise<string[]> {
  const container = platform.config.ARCHIVE_CONTAINER_URL;
  if (container === undefined) return [];
  const ids: string[] = [];
  let lines = '';
  for (const { job_id, archived_at, answer } of await keptArchived(platform.db.read, { limit })) {
    if (lines.length > longest) break;
    lines += `${JSON.stringify({ job_id, archived_at, ...answer })}\n`;
    ids.push(job_id);
  }
  const [first] = ids;
  if (first === undefined) return [];
  const name = `jobs/${first}.${hash('sha256', lines).slice(0, 16)}.jsonl.gz`;
  await putBlob(platform, { container, name, content: await compressed(lines) });
  return ids;
}
