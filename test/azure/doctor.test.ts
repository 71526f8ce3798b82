/** What the doctor says of Azure SQL and Service Bus: the real clients against stand-ins on the loopback. */
import { readFileSync } from 'node:fs';
import mssql from 'mssql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { schemaFiles } from '../../docs/generate/tsql-schema.ts';
import { examine } from '../../local/doctor/examine.ts';
import { bellNames } from '../../shared/platform/platform.ts';
import { Broker } from './amqp/broker.ts';
import { startTwin, type Twin } from './twin/start.ts';

const finding = async (name: string, settings: Record<string, string>) => {
  const { findings } = await examine({ MUSTER_DATA: ':memory:', ...settings }, { patience: { connect: 1000 } });
  return findings.find((one) => one.name === name);
};

describe('Azure SQL', () => {
  let twin: Twin;
  beforeEach(async () => {
    twin = await startTwin(() => Date.now());
  });
  afterEach(() => twin.close());

  const settings = () => ({
    AZURE_SQL_SERVER: `127.0.0.1,${twin.port}`,
    AZURE_SQL_USERNAME: 'sa',
    AZURE_SQL_PASSWORD: 'any',
    AZURE_SQL_TRUST_CERTIFICATE: 'true',
  });

  async function migrated(): Promise<void> {
    const options = { encrypt: false, abortTransactionOnError: true };
    const pool = new mssql.ConnectionPool({
      server: '127.0.0.1',
      port: twin.port,
      user: 'sa',
      password: 'any',
      options,
    });
    await pool.connect();
    const folder = new URL('../../shared/platform/database/azure-sql/', import.meta.url);
    for (const name of schemaFiles()) {
      for (const batch of readFileSync(new URL(name, folder), 'utf8').split(/^GO$/m)) await pool.request().batch(batch);
    }
    await pool.close();
  }

  it('that does not answer keeps what reads it from being tried, and accuses no key', async () => {
    const gone = { ...settings(), AZURE_SQL_SERVER: '127.0.0.1,1', MUSTER_DATA_KEY: 'a'.repeat(43) + '=' };
    for (const name of ['registry', 'keys']) {
      expect(await finding(name, gone)).toEqual({
        ...{ name, verdict: 'not tried', says: 'the database comes first', mend: null },
      });
    }
  });

  it('with its schema is well, and its agents are counted there', async () => {
    await migrated();
    expect(await finding('database', settings())).toMatchObject({
      verdict: 'ok',
      says: `it answers; schema ${schemaFiles().at(-1)}`,
    });
    expect(await finding('registry', settings())).toMatchObject({
      verdict: 'ok',
      says: 'no agents are registered yet',
    });
  });

  it('whose schema is older is wrong, and says how to bring it up to date', async () => {
    await migrated();
    twin.database.raw.prepare('DELETE FROM migrations WHERE name = ?').run(schemaFiles().at(-1) ?? '');
    expect(await finding('database', settings())).toMatchObject({
      verdict: 'wrong',
      says: expect.stringContaining('lacks'),
      mend: 'Run npm run migrate.',
    });
  });

  it('of a newer version is wrong', async () => {
    await migrated();
    twin.database.raw.exec("INSERT INTO migrations (name, applied_at) VALUES ('999_later.sql', '2026-01-01')");
    expect(await finding('database', settings())).toMatchObject({
      verdict: 'wrong',
      says: expect.stringContaining('999_later.sql'),
      mend: 'Use that version of Muster.',
    });
  });

  it('that does not answer is wrong, and what else there is is tried all the same', async () => {
    const gone = { ...settings(), AZURE_SQL_SERVER: '127.0.0.1,1' };
    expect(await finding('database', gone)).toMatchObject({
      verdict: 'wrong',
      says: expect.stringContaining('127.0.0.1'),
      mend: expect.stringContaining('firewall'),
    });
    expect(await finding('bells', gone)).toMatchObject({ verdict: 'ok' });
  });
});

describe('Service Bus', () => {
  it('whose queues take messages and give them back is well, and nobody hears of it', async () => {
    const broker = await new Broker(bellNames).ready();
    expect(await finding('bells', { SERVICEBUS: broker.connectionString })).toMatchObject({
      verdict: 'ok',
      says: expect.stringContaining(`${bellNames.length} queues`),
    });
    await broker.close();
  });

  it('that cannot be reached is wrong', async () => {
    const broker = await new Broker(bellNames).ready();
    await broker.close();
    expect(await finding('bells', { SERVICEBUS: broker.connectionString })).toMatchObject({
      verdict: 'wrong',
      mend: expect.stringContaining('a queue for each bell'),
    });
  });

  it('whose connection string is not whole is wrong before anything is tried', async () => {
    const { findings } = await examine({ MUSTER_DATA: ':memory:', SERVICEBUS: 'Endpoint=sb://127.0.0.1/' });
    expect(findings.map(({ name, verdict }) => `${name} ${verdict}`).slice(0, 3)).toEqual([
      'settings ok',
      'start wrong',
      'database not tried',
    ]);
    expect(findings[1]?.says).toContain('SharedAccessKey');
  });
});
