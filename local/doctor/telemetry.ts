/** Do the collectors of telemetry answer? */
import type { Config } from '../../shared/platform/config.ts';
import type { Check } from './check.ts';

const limitMilliseconds = 10_000;

export const telemetry: Check = {
  name: 'telemetry',
  mend: () =>
    'Look at OTEL_EXPORTER_OTLP_ENDPOINT and APPLICATIONINSIGHTS_CONNECTION_STRING, and that this machine may call them.',
  run: async ({ config }) => {
    const said = await Promise.all([collector(config), insights(config)]);
    return said.filter((one) => one !== undefined).join('; ') || 'not set up';
  },
};

/** An export of nothing, which a collector takes. */
async function collector({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }: Config): Promise<string | undefined> {
  if (endpoint === undefined) return undefined;
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`;
  const status = await statusOf(url, { headers: { 'content-type': 'application/json' }, body: '{"resourceSpans":[]}' });
  if (status >= 300) throw new Error(`${new URL(url).host}/v1/traces answered ${status}`);
  return `${new URL(url).host} takes traces`;
}

/** Without a token it may refuse; then it is there all the same. */
async function insights({ APPLICATIONINSIGHTS_CONNECTION_STRING: given }: Config): Promise<string | undefined> {
  if (given === undefined) return undefined;
  const parts = new Map(given.split(';').map((part) => part.split(/=(.*)/s).slice(0, 2) as [string, string]));
  const endpoint = parts.get('IngestionEndpoint');
  if (!parts.has('InstrumentationKey') || endpoint === undefined || !URL.canParse(endpoint))
    throw new Error('APPLICATIONINSIGHTS_CONNECTION_STRING has no InstrumentationKey or no IngestionEndpoint');
  const status = await statusOf(new URL('v2.1/track', endpoint).href, { body: '' });
  if (status >= 500) throw new Error(`${new URL(endpoint).host} answered ${status}`);
  return `${new URL(endpoint).host} answers`;
}

async function statusOf(url: string, request: { headers?: Record<string, string>; body: string }): Promise<number> {
  try {
    const signal = AbortSignal.timeout(limitMilliseconds);
    const answer = await fetch(url, { method: 'POST', redirect: 'manual', signal, ...request });
    await answer.body?.cancel();
    return answer.status;
  } catch (error) {
    throw new Error(`${new URL(url).host} does not answer: ${kindOf(error)}`, { cause: error });
  }
}

/** fetch only says that it failed; what is behind it says why. Its message may hold the address, password and all. */
function kindOf(error: unknown): string {
  const { name, cause } = error as { name: string; cause?: { name?: string; code?: string } };
  return cause?.code ?? cause?.name ?? name;
}
