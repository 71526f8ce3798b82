/** Chooses what Muster stands on. Nothing else knows which adapters there are. */
import { systemClock, systemRandom } from './clock.ts';
import type { Config } from './config.ts';
import type { Patience } from './database/azure-sql/pool.ts';
import type { SqliteConnection } from './database/sqlite-connection.ts';
import type { Engine, Surroundings } from './database/transactions.ts';
import { firstUse } from './first-use.ts';
import { onServiceBus } from './forms.ts';
import type { Resolve } from './outbound/guarded.ts';
import type { Outbound } from './outbound/outbound.ts';
import { tracedOutbound } from './outbound/traced.ts';
import type { Bells, Clock, Database, Platform, Random } from './platform.ts';
import type { Sealer, Signer } from './secrets/seal.ts';
import type { Secrets } from './secrets/secrets.ts';
import type { Entra, Signers } from './signers.ts';
import type { Reach, Vault } from './secrets/vault.ts';
import type { Log } from './telemetry/log.ts';
import { Telemetry, type Recorder } from './telemetry/telemetry.ts';

/** What a test may put in the place of the real thing. */
export interface Seams {
  clock: Clock;
  random: Random;
  log: Log;
  bells: Bells;
  /** The database's clock, in milliseconds since 1970. */
  time: () => number;
  /** How the key vault is reached. */
  reach: Reach;
  /** Names to addresses, for outbound calls. */
  resolve: Resolve;
  /** Stands between transactions and the database, to lose answers and to fail. */
  engine: (engine: Engine) => Engine;
  /** Where spans and measures go, in the place of what the settings say. */
  recorder: Recorder;
  /** How long a database that is away may take. */
  patience: Partial<Patience>;
  /** The embedded database, open already: it stays when this Muster is gone. */
  standing: SqliteConnection;
  /** Answers calls out, in the place of the network. */
  outbound: Outbound;
}

export type OpenPlatform = Platform & {
  /** Lets the stages that run come to their end, then closes everything and frees the folder. */
  close(): Promise<void>;
};

/**
 * Opens what the settings name, and else the embedded default: one file in one process, which throws when another
 * process has the folder.
 */
export async function openPlatform(config: Config, seams: Partial<Seams> = {}): Promise<OpenPlatform> {
  await using opened = new AsyncDisposableStack(); // closes what is open already when the rest cannot be opened
  const { clock = systemClock, random = systemRandom } = seams;
  const log = seams.log ?? (await import('./telemetry/log.ts')).openLog(config.LOG_LEVEL);
  const telemetry = openTelemetry({ config, clock, log }, seams.recorder);
  opened.defer(() => telemetry.close()); // last, so that it hears of all that came before
  const bells = seams.bells ?? (await openBells({ config, clock, random, log }));
  const hints = (await import('./bells/hints.ts')).openHints(clock);
  const around = { config, clock, random, bells, hints, telemetry };
  await takeFolder(config, opened);
  const { secrets, sealerOver } = await openSecrets({ ...around, log }, seams.reach); // before there is a database that would need them
  const db = await openDatabase(around, seams, opened);
  const outbound = tracedOutbound(seams.outbound ?? outboundAtItsFirstUse(config, seams.resolve), telemetry);
  opened.defer(() => outbound.close());
  const signers = await signersOf({ config, clock, outbound, log });
  opened.defer(() => bells.drain());
  const closing = opened.move();
  return {
    ...around,
    log,
    db,
    secrets,
    sealer: sealerOver(db),
    signers,
    outbound,
    close: () => closing.disposeAsync(),
  };
}

async function signersOf(entra: Entra): Promise<Signers | undefined> {
  if (entra.config.API_AUDIENCE === undefined) return undefined;
  return (await import('./signers.ts')).entraSigners(entra);
}

/** The SDK is loaded after the first answer. */
function openTelemetry(around: Pick<Platform, 'config' | 'clock' | 'log'>, recorder?: Recorder): Telemetry {
  if (recorder !== undefined) return new Telemetry(() => Promise.resolve(recorder), around);
  const { APPLICATIONINSIGHTS_CONNECTION_STRING: insights, OTEL_EXPORTER_OTLP_ENDPOINT: collector } = around.config;
  if (insights !== undefined)
    return new Telemetry(async () => (await import('./telemetry/insights.ts')).openInsights(around), around);
  if (collector !== undefined)
    return new Telemetry(async () => (await import('./telemetry/otlp.ts')).openOtlp(around), around);
  return new Telemetry(undefined, around);
}

async function openBells(around: Pick<Platform, 'config' | 'clock' | 'random' | 'log'>): Promise<Bells> {
  if (onServiceBus(around.config)) return (await import('./bells/service-bus.ts')).serviceBusBells(around);
  return (await import('./bells/in-process.ts')).inProcessBells(around.clock, around.log);
}

/** Many processes share a database that is a server's. */
async function takeFolder(
  { AZURE_SQL_SERVER, MUSTER_DATA: folder }: Config,
  opened: AsyncDisposableStack,
): Promise<void> {
  if (AZURE_SQL_SERVER !== undefined || folder === ':memory:') return;
  const lock = (await import('./database/folder-lock.ts')).lockFolder(folder);
  opened.defer(() => lock.release());
}

async function openDatabase(
  around: Surroundings,
  seams: Partial<Seams>,
  opened: AsyncDisposableStack,
): Promise<Database> {
  const { AZURE_SQL_SERVER } = around.config;
  const db = AZURE_SQL_SERVER === undefined ? await embedded(around, seams) : await atServer(around, seams);
  opened.defer(() => db.close());
  return db;
}

async function embedded(
  around: Surroundings,
  { time = () => systemClock.now().getTime(), engine: through, standing }: Partial<Seams>,
): Promise<Database> {
  const { openSqlite } = await import('./database/sqlite.ts');
  return openSqlite({ folder: around.config.MUSTER_DATA, time, through, standing }, around);
}

async function atServer(around: Surroundings, { engine: through, patience }: Partial<Seams>): Promise<Database> {
  const { openAzureSql } = await import('./database/azure-sql.ts');
  return openAzureSql({ through, patience }, around);
}

/** The client costs as much to load as all the rest of an opening, and most processes call nobody for long. */
function outboundAtItsFirstUse(config: Config, resolve: Resolve | undefined): Outbound {
  const client = firstUse(async () => (await import('./outbound/guarded.ts')).guardedOutbound(config, resolve));
  return {
    call: async (request) => (await client.use()).call(request),
    check: async (url) => (await client.use()).check(url),
    close: async () => (await client.made())?.close(),
  };
}

interface Keeping {
  secrets: Secrets;
  sealerOver(db: Database): Sealer;
}

async function openSecrets(around: Surroundings & { log: Log }, reach: Reach | undefined): Promise<Keeping> {
  const { config, random } = around;
  const vault = await vaultOf(around, reach);
  if (vault !== undefined) {
    const { secretsInVault } = await import('./secrets/vault-secrets.ts');
    const { sealerUnder } = await import('./secrets/vault-sealer.ts');
    return { secrets: secretsInVault(vault, around), sealerOver: (db) => sealerUnder({ ...around, vault, db }) };
  }
  const { secretsFromSettings } = await import('./secrets/secrets.ts');
  const sealer = await ownSealer(config, random);
  return { secrets: secretsFromSettings(config.secrets), sealerOver: () => sealer };
}

/** What seals of the record are held against, without a database: the vault's key, or the folder's own. */
export async function openSigner(config: Config, seams: Pick<Partial<Seams>, 'reach'> = {}): Promise<Signer> {
  const around = { config, clock: systemClock, random: systemRandom };
  const vault = await vaultOf(around, seams.reach);
  if (vault === undefined) return ownSealer(config, systemRandom);
  return (await import('./secrets/vault-sealer.ts')).signerUnder({ ...around, vault });
}

async function ownSealer(config: Config, random: Random): Promise<Sealer> {
  const { sealerWith } = await import('./secrets/seal.ts');
  const { dataKey } = await import('./secrets/data-key.ts');
  return sealerWith(dataKey(config, random), random);
}

async function vaultOf(
  { config, clock }: Pick<Platform, 'config' | 'clock'>,
  reach?: Reach,
): Promise<Vault | undefined> {
  const url = config.AZURE_KEY_VAULT_URL;
  return url === undefined ? undefined : (await import('./secrets/vault.ts')).openVault({ config, url, clock, reach });
}
