/** Calls out as spans: whom they went to and what came of it. Paths and queries are left out, they may carry secrets. */
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Outbound, OutboundRequest } from './outbound.ts';

export const tracedOutbound = (outbound: Outbound, telemetry: Telemetry): Outbound => ({
  call: (request) =>
    telemetry.span(spanOf(request), async () => {
      const answer = await outbound.call(request);
      telemetry.note({ 'http.response.status_code': answer.status });
      return answer;
    }),
  check: (url) => outbound.check(url),
  close: () => outbound.close(),
});

function spanOf({ url, method = 'GET' }: OutboundRequest) {
  const { hostname = '', port = '', protocol = '' } = URL.parse(url) ?? {};
  const attributes = {
    'http.request.method': method,
    'server.address': hostname,
    'server.port': Number(port || (protocol === 'http:' ? 80 : 443)),
  };
  return { name: method, kind: 'client', attributes, measure: 'http.client.request.duration' } as const;
}
