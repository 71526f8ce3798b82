/** Who tells: the service, and which of its processes. OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say it otherwise. */
import { detectResources, envDetector, resourceFromAttributes, type Resource } from '@opentelemetry/resources';
import type { Config } from '../config.ts';

type Settings = Pick<Config, 'WEBSITE_INSTANCE_ID' | 'WEBSITE_POD_NAME'>;

export function resourceOf({ WEBSITE_INSTANCE_ID, WEBSITE_POD_NAME }: Settings): Resource {
  const instance = WEBSITE_INSTANCE_ID ?? WEBSITE_POD_NAME;
  const own = { 'service.name': 'muster', ...(instance === undefined ? {} : { 'service.instance.id': instance }) };
  return resourceFromAttributes(own).merge(detectResources({ detectors: [envDetector] }));
}
