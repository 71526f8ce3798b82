/**
 * A worker that scans source code: runs a linter over a folder and reports what it finds.
 * Input: `repository_path` (a folder), `scan_depth` ("quick" looks at correctness only, "full" at everything).
 * It uses no model, so it reports no tokens.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { work, type Members } from './client.ts';

const run = promisify(execFile);

interface Diagnostic {
  message: string;
  code?: string;
  severity: string;
  filename: string;
  labels?: { span?: { line?: number } }[];
}

/** The linter's own command, wherever npm has put it. */
function linter(): string {
  const manifest = createRequire(import.meta.url).resolve('oxlint/package.json');
  return join(dirname(manifest), 'bin', 'oxlint');
}

async function scan(folder: string, depth: string, signal: AbortSignal): Promise<Diagnostic[]> {
  const rules = depth === 'full' ? ['-W', 'correctness', '-W', 'suspicious', '-W', 'pedantic'] : ['-W', 'correctness'];
  const options = { cwd: folder, signal, timeout: 120_000, maxBuffer: 32 * 1024 * 1024 };
  const command = [linter(), '--disable-nested-config', '--format', 'json', ...rules, '.'];
  try {
    return diagnosticsIn((await run(process.execPath, command, options)).stdout);
  } catch (error) {
    // The linter's exit code is 1 when it has found something: that is a result.
    const { stdout } = error as { stdout?: string };
    if (stdout?.includes('"diagnostics"') === true) return diagnosticsIn(stdout);
    throw error;
  }
}

const diagnosticsIn = (text: string): Diagnostic[] => (JSON.parse(text) as { diagnostics: Diagnostic[] }).diagnostics;

const finding = ({ message, code, severity, filename, labels }: Diagnostic): Members => ({
  rule: code ?? 'unknown',
  severity,
  file: filename,
  line: labels?.[0]?.span?.line ?? null,
  message,
});

const textOf = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);

await work(async ({ input }, { progress, signal }) => {
  const folder = textOf(input['repository_path'], '.');
  if (!existsSync(folder)) throw new Error(`there is no folder ${folder}`);
  await progress(0.1, `scanning ${folder}`);
  const found = await scan(folder, textOf(input['scan_depth'], 'quick'), signal);
  const severity_counts: Members = {};
  for (const { severity } of found) severity_counts[severity] = Number(severity_counts[severity] ?? 0) + 1;
  return {
    output: { vulnerabilities: found.slice(0, 100).map(finding), severity_counts, scanned: folder },
    usage: { input_tokens: 0, output_tokens: 0 },
  };
});
