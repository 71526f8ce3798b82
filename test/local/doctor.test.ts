/** `npm run doctor`: every verdict of every check, on real files and real servers on the loopback. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checks } from '../../local/doctor/checks.ts';
import { examine } from '../../local/doctor/examine.ts';
import type { Bells } from '../../shared/platform/platform.ts';
import { openIssuer } from '../access/an-issuer.ts';
import { alive, registered } from '../readiness/a-fleet.ts';
import { openServer, type Said } from '../readiness/a-server.ts';
import { register } from '../tools/a-tool.ts';
import { openWorld, type World } from '../world.ts';
import { handClock } from '../world/clock.ts';

let parent: string;
let folder: string;
let opened: { close(): Promise<void> }[];
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'muster-doctor-'));
  folder = join(parent, 'data');
  opened = [];
});
afterEach(async () => {
  for (const one of opened) await one.close();
  rmSync(parent, { recursive: true });
});

const inFolder = (settings: Record<string, string> = {}) => ({ MUSTER_DATA: folder, ...settings });

/** An address where nothing listens any more. */
async function nowhere(): Promise<string> {
  const { url, close } = await openServer(() => undefined);
  await close();
  return url;
}

/** A Muster on the folder, at the time of the file's reader. */
async function server(settings: Record<string, string> = {}): Promise<World> {
  const world = await openWorld(inFolder(settings), { at: new Date() });
  opened.push(world);
  return world;
}

/** A file that a server has left. */
async function left(settings: Record<string, string> = {}): Promise<DatabaseSync> {
  const world = await openWorld(inFolder(settings));
  await world.close();
  return new DatabaseSync(join(folder, 'muster.db'));
}

const collector = async (said: Said | undefined) => {
  const at = await openServer(() => said);
  opened.push(at);
  return at;
};

type Seams = Parameters<typeof examine>[1];
const finding = async (name: string, settings: Record<string, string> = {}, seams: Seams = {}) => {
  const { findings } = await examine(inFolder(settings), seams);
  const found = findings.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no finding ${name}`);
  const { verdict, says, mend } = found;
  return { verdict, says, mend };
};
const ok = (says: string) => ({ verdict: 'ok', says: expect.stringContaining(says), mend: null });
const wrong = (says: string, mend: string) => ({
  verdict: 'wrong',
  says: expect.stringContaining(says),
  mend: expect.stringContaining(mend),
});

describe('before the first start', () => {
  it('everything is well, and nothing is made', async () => {
    const report = await examine(inFolder());
    expect(report.ok).toBe(true);
    expect(report.findings.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual(
      ['settings', ...checks.map(({ name }) => name)].map((name) => `${name} ok`),
    );
    expect(() => rmSync(folder, { recursive: true })).toThrow('ENOENT');
  });

  it('a folder that cannot be made is wrong', async () => {
    writeFileSync(join(parent, 'file'), '');
    const settings = { MUSTER_DATA: join(parent, 'file', 'data') };
    expect(await finding('database', settings)).toEqual(wrong('nothing can be made in', 'set MUSTER_DATA'));
  });

  it('nothing is kept in memory, and that is said', async () => {
    expect(await finding('database', { MUSTER_DATA: ':memory:' })).toEqual(ok('nothing is kept'));
  });
});

describe('settings', () => {
  it('that are wrong are named, and nothing else is tried', async () => {
    const { ok: well, findings } = await examine(inFolder({ PORT: 'x', LOG_LEVEL: 'loud' }));
    expect(well).toBe(false);
    expect(findings[0]).toMatchObject(wrong('PORT', 'docs/settings.md'));
    expect(findings[0]?.says).toContain('LOG_LEVEL');
    expect(new Set(findings.slice(1).map(({ verdict }) => verdict))).toEqual(new Set(['not tried']));
    expect(findings).toHaveLength(checks.length + 1);
  });

  it('that cannot be opened are wrong', async () => {
    const { findings } = await examine(inFolder(), { engine: () => refuse('the engine is broken') });
    expect(findings[1]).toMatchObject({ name: 'start', ...wrong('the engine is broken', 'Mend this first') });
    expect(findings[2]).toMatchObject({ name: 'database', verdict: 'not tried' });
  });
});

const refuse = (message: string): never => {
  throw new Error(message);
};

describe('the database', () => {
  it('is read beside the server that has the folder', async () => {
    await server();
    expect(await finding('database')).toEqual(ok('it answers; schema 0'));
  });

  it('of an older version is brought up to date by the next start', async () => {
    const file = await left();
    file.exec("DROP TABLE data_keys; DELETE FROM migrations WHERE name = '002_data_keys.sql'");
    expect(await finding('database')).toEqual(ok('the next start adds 002_data_keys.sql'));
  });

  it('of a newer version is wrong', async () => {
    const file = await left();
    file.exec("INSERT INTO migrations (name, applied_at) VALUES ('999_later.sql', 'x')");
    expect(await finding('database')).toEqual(wrong('it has 999_later.sql', 'Use that version'));
  });

  it('that is no database is wrong, and the other checks go on', async () => {
    (await left()).close();
    writeFileSync(join(folder, 'muster.db'), 'not a database, and long enough to be looked at as one'.repeat(100));
    expect(await finding('database')).toEqual(wrong('not a database', 'put a backup in its place'));
    expect(await finding('bells')).toEqual(ok('they ring'));
  });
});

describe('the keys', () => {
  it('are well beside what they have sealed', async () => {
    const { platform } = await server();
    const { key_id } = await sealedValue(platform);
    expect(await finding('keys')).toEqual(ok(`one of its own, ${key_id}`));
  });

  it('that are gone are wrong', async () => {
    await left();
    rmSync(join(folder, 'key'));
    expect(await finding('keys')).toEqual(wrong('no key beside it', 'Put the right key back'));
  });

  it('that are others are wrong', async () => {
    const { platform } = await server();
    const { key_id } = await sealedValue(platform);
    const MUSTER_DATA_KEY = Buffer.alloc(32, 1).toString('base64');
    expect(await finding('keys', { MUSTER_DATA_KEY })).toEqual(wrong(`sealed with key ${key_id}`, 'Put the right key'));
  });

  it('that others may read are wrong', async () => {
    await left();
    chmodSync(join(folder, 'key'), 0o644);
    expect(await finding('keys')).toEqual(wrong('others on this machine may read', 'chmod 600'));
  });

  it('that are cut short are wrong', async () => {
    await left();
    writeFileSync(join(folder, 'key'), 'short');
    expect(await finding('keys')).toEqual(wrong('does not hold 32 bytes', 'Put the right key back'));
  });
});

async function sealedValue({ db, sealer }: World['platform']): Promise<{ key_id: string }> {
  const { keepSealed } = await import('../../shared/access/sealed.ts');
  const sealed = await sealer.seal('x', 'input.x');
  await db.transaction('keep', (tx) => keepSealed(tx, { id: 'sec_1', path: 'input.x', sealed }));
  return sealed;
}

describe('bells', () => {
  it('that do not ring are wrong', async () => {
    const bells = { check: () => refuse('the queue wake is not there') };
    expect(await finding('bells', {}, { bells: { ...silent, ...bells } })).toEqual(
      wrong('the queue wake is not there', 'Service Bus'),
    );
  });

  it('that never come back are wrong in time, and the others are said all the same', async () => {
    const clock = handClock(new Date());
    const bells: Bells = { ...silent, check: () => new Promise(() => {}) };
    const examining = examine(inFolder(), { clock, bells });
    const over = examining.then(() => true);
    while (!(await Promise.race([over, clock.advance(1).then(() => false)])));
    const { ok: well, findings } = await examining;
    expect(well).toBe(false);
    expect(findings.filter(({ verdict }) => verdict === 'wrong')).toMatchObject([
      { name: 'bells', says: 'no answer within 30 s' },
    ]);
  });
});

const silent: Bells = {
  ring: () => {},
  answer: () => {},
  drain: async () => {},
  backlog: async () => ({ waiting: 0, oldest_seconds: 0 }),
  check: async () => 'nothing was rung',
};

describe('the registry', () => {
  it('without agents is well', async () => {
    await server();
    expect(await finding('registry')).toEqual(ok('no agents are registered yet'));
  });

  it('with some that are alive is well', async () => {
    const world = await server();
    await alive(world, 'one', 'two');
    await registered(world, 'three');
    expect(await finding('registry')).toEqual(ok('2 of 3 registered agents are alive'));
  });

  it('without any that is alive is wrong', async () => {
    await registered(await server(), 'one');
    expect(await finding('registry')).toEqual(wrong('none of 1 registered agents', 'Start the agents'));
  });
});

describe('secrets', () => {
  it('from settings are counted', async () => {
    expect(await finding('secrets', { SECRET_LINTER_KEY: 'canary-8d1e' })).toEqual(ok('1 from settings'));
  });

  it('and their values are nowhere in the report', async () => {
    await register(await server(), { secret_name: 'linter-key' });
    const settings = inFolder({ SECRET_LINTER_KEY: 'canary-8d1e', MUSTER_ADMIN_KEY: `mk.root.${'c'.repeat(43)}` });
    const report = JSON.stringify(await examine(settings));
    expect(report).not.toContain('canary');
    expect(report).not.toContain('ccc');
  });
});

describe('Entra ID', () => {
  it('that gives its keys is well, and one that does not is wrong', async () => {
    const issuer = await openIssuer(() => new Date());
    opened.push(issuer);
    const settings = { ...issuer.settings, OUTBOUND_ALLOW: '127.0.0.0/8' };
    expect(await finding('entra', settings)).toEqual(ok('1 keys from 127.0.0.1'));
    issuer.trouble = { status: 404 };
    expect(await finding('entra', settings)).toEqual(wrong('it answered 404', 'AZURE_TENANT_ID must be a tenant'));
  });
});

describe('telemetry', () => {
  const otlp = (url: string) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: url });
  const insights = (url: string) => ({
    APPLICATIONINSIGHTS_CONNECTION_STRING: `InstrumentationKey=a-key;IngestionEndpoint=${url}/`,
  });

  it('is well where the collector takes an export of nothing', async () => {
    const { url, asked } = await collector({ status: 200, body: '{}' });
    expect(await finding('telemetry', otlp(url))).toEqual(ok('takes traces'));
    expect(asked).toMatchObject([{ method: 'POST', path: '/v1/traces', body: '{"resourceSpans":[]}' }]);
  });

  it('is wrong where it refuses, or nothing listens', async () => {
    const { url } = await collector({ status: 404 });
    expect(await finding('telemetry', otlp(url))).toEqual(wrong('/v1/traces answered 404', 'OTEL_EXPORTER'));
    expect(await finding('telemetry', otlp(await nowhere()))).toEqual(wrong('ECONNREFUSED', 'OTEL_EXPORTER'));
  });

  it('says the host alone, not the user and the password that the setting may hold', async () => {
    const endpoint = (await nowhere()).replace('//', '//user:canary@');
    const found = await finding('telemetry', otlp(endpoint));
    expect(found).toEqual(wrong(`${new URL(endpoint).host} does not answer: TypeError`, 'OTEL_EXPORTER'));
    expect(JSON.stringify(found)).not.toContain('canary');
  });

  it('is well where Application Insights answers, and wrong where it does not or its address is missing', async () => {
    const { url } = await collector({ status: 401 });
    expect(await finding('telemetry', { ...insights(url) })).toEqual(ok('answers'));
    const down = await collector({ status: 503 });
    expect(await finding('telemetry', insights(down.url))).toEqual(wrong('answered 503', 'APPLICATIONINSIGHTS'));
    const without = { APPLICATIONINSIGHTS_CONNECTION_STRING: 'InstrumentationKey=a-key' };
    expect(await finding('telemetry', without)).toEqual(wrong('no IngestionEndpoint', 'APPLICATIONINSIGHTS'));
  });
});

describe('the command', () => {
  const run = (...more: string[]) => {
    const { PATH, HOME } = process.env;
    const script = new URL('../../local/doctor.ts', import.meta.url).pathname;
    return (settings: Record<string, string>) =>
      spawnSync(process.execPath, [script, ...more], {
        env: { PATH, HOME, NO_COLOR: '1', ...settings },
        encoding: 'utf8',
      });
  };

  it('prints a line for each, and ends with 0 where all is well', () => {
    const { status, stdout } = run()(inFolder());
    expect(status).toBe(0);
    expect(stdout.split('\n').slice(0, 3)).toEqual([
      'ok         settings   1 given, the others by default',
      expect.stringMatching(/^ok {9}database {3}there is none yet/),
      'ok         bells      they ring in the process',
    ]);
  });

  it('says what is wrong and how to mend it, and ends with 1', async () => {
    const { status, stdout } = run()(inFolder({ OTEL_EXPORTER_OTLP_ENDPOINT: await nowhere() }));
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /^wrong {6}telemetry {2}127\.0\.0\.1:\d+ does not answer: ECONNREFUSED\n {22}→ Look at OTEL_EXPORTER/m,
    );
  });

  it('gives the same as JSON', () => {
    const { status, stdout } = run('--json')(inFolder({ PORT: 'x' }));
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      findings: [{ name: 'settings', verdict: 'wrong' }, ...checks.map(() => ({ verdict: 'not tried' }))],
    });
  });
});
