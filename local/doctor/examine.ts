/** Runs the checks, each within a time limit, side by side. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig, type Config } from '../../shared/platform/config.ts';
import { settings } from '../../shared/platform/settings.ts';
import { readSqlite } from '../../shared/platform/database/sqlite.ts';
import { openPlatform, type Seams } from '../../shared/platform/open.ts';
import type { Clock, Platform, Reads } from '../../shared/platform/platform.ts';
import { Ailment, type Check, type Finding, type Patient, type Report } from './check.ts';
import { checks } from './checks.ts';

const usualLimitSeconds = 30;

type Environment = Record<string, string | undefined>;

/** `seams` as a test gives them. Opens what the settings name and closes it again; changes nothing. */
export async function examine(environment: Environment, seams: Partial<Seams> = {}): Promise<Report> {
  const found = settingsIn(environment);
  if (typeof found === 'string') {
    const wrong: Finding = { name: 'settings', verdict: 'wrong', says: found, mend: 'See docs/settings.md.' };
    return reportOf([wrong, ...notTried('the settings come first')]);
  }
  const count = Object.keys(settings.shape).filter((name) => (environment[name] ?? '') !== '').length;
  const good: Finding = { name: 'settings', verdict: 'ok', says: `${count} given, the others by default`, mend: null };
  return reportOf([good, ...(await examined(found, seams))]);
}

const reportOf = (findings: Finding[]): Report => ({
  ok: findings.every(({ verdict }) => verdict === 'ok'),
  findings,
});

const notTried = (says: string): Finding[] =>
  checks.map(({ name }) => ({ name, verdict: 'not tried', says, mend: null }));

function settingsIn(environment: Environment): Config | string {
  try {
    return readConfig(environment);
  } catch (error) {
    return messageOf(error); // the finding
  }
}

async function examined(config: Config, seams: Partial<Seams>): Promise<Finding[]> {
  let platform;
  try {
    platform = await openPlatform(besideTheServer(config), seams);
  } catch (error) {
    const says = messageOf(error); // the finding: nothing can be tried without it
    const mend = 'Mend this first; nothing else can be tried.';
    return [{ name: 'start', verdict: 'wrong', says, mend }, ...notTried('it cannot be opened')];
  }
  try {
    const patient = { config, platform, reads: readsOf(config, platform) };
    return inOrder(await Promise.all(checks.map((check) => tried(check, patient))));
  } finally {
    await platform.close();
  }
}

/** What is wrong only because the database is says nothing of its own. */
function inOrder(findings: Finding[]): Finding[] {
  const isWrong = (name: string) => findings.some((finding) => finding.name === name && finding.verdict === 'wrong');
  if (!isWrong('database')) return findings;
  const needy = new Set(checks.filter(({ needsDatabase }) => needsDatabase).map(({ name }) => name));
  return findings.map((finding) =>
    needy.has(finding.name) && finding.verdict === 'wrong'
      ? { name: finding.name, verdict: 'not tried', says: 'the database comes first', mend: null }
      : finding,
  );
}

/** A server may have the folder. What the doctor itself opens needs none: the file is read as it is. */
const besideTheServer = (config: Config): Config => ({ ...config, MUSTER_DATA: ':memory:', LOG_LEVEL: 'silent' });

function readsOf(config: Config, platform: Platform): Patient['reads'] {
  if (config.AZURE_SQL_SERVER !== undefined) return () => platform.db.read;
  if (!existsSync(join(config.MUSTER_DATA, 'muster.db'))) return () => undefined;
  let reads: Reads | undefined;
  return () => (reads ??= readSqlite(config.MUSTER_DATA, config));
}

async function tried(check: Check, patient: Patient): Promise<Finding> {
  const { name, limit_seconds = usualLimitSeconds } = check;
  try {
    const says = await inTime(patient.platform.clock, limit_seconds, check.run(patient));
    return { name, verdict: 'ok', says, mend: null };
  } catch (error) {
    const mend = error instanceof Ailment ? error.mend : check.mend(patient.config);
    return { name, verdict: 'wrong', says: messageOf(error), mend };
  }
}

async function inTime<T>(clock: Clock, limitSeconds: number, work: Promise<T>): Promise<T> {
  const done = new AbortController();
  const late = clock.sleep(limitSeconds * 1000, done.signal).then(() => {
    throw new Error(`no answer within ${limitSeconds} s`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    late.catch(() => {}); // it is over
    done.abort();
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
