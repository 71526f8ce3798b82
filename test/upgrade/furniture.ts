/** What stands in a Muster beside its jobs, so that no table of a snapshot is empty. */
import { issueKey } from '../../shared/access/keys.ts';
import { putPrincipal } from '../../shared/access/principals.ts';
import { PricesInput } from '../../shared/estimates/price.ts';
import { putPrices } from '../../shared/estimates/put-prices.ts';
import { putTemplate } from '../../shared/jobs/templates.ts';
import { registerVerifier } from '../../shared/readiness/register-verifier.ts';
import { RegisterVerifier } from '../../shared/tools/verifier.ts';
import { admin, definition, type Town } from '../road/town.ts';

/** The category of jobs about which a verifier is asked. */
export const audited = 'audit';

/** Muster calls no private address: whoever is asked there does not hear of it. */
const unheard = 'https://10.0.0.1/';

/** Before the jobs. */
export async function furnish(town: Town): Promise<void> {
  const { platform } = town;
  const usd = { input_usd_per_million: 100, cached_input_usd_per_million: 10, output_usd_per_million: 200 };
  await putPrices(platform, admin, PricesInput.parse({ overrides: [{ model: 'gold', ...usd }] }));
  await town.resource('bench', 100);
  await town.tool('saw');
  const categories = ['data', audited];
  for (const head of ['hanna', 'hugo']) await town.head(head, { categories });
  await town.head('heidi', { categories, endpoint: unheard });
  await town.agent('checker', { capabilities: ['check', 'count'] });
  const verifier = { name: 'audit', agent_id: 'checker', categories: [audited] };
  await registerVerifier(platform, admin, RegisterVerifier.parse(verifier));
  await putPrincipal(platform, admin, { id: 'bot', kind: 'service', roles: ['reader'], owner_id: 'ops' });
  await issueKey(platform, admin, { principal_id: 'bot' });
  await putTemplate(platform, admin, { name: 'report', definition: definition({ priority: 4 }) });
}
