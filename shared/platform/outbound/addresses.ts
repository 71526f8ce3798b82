/** Which addresses may be called for somebody else. Pure. */
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** What `OUTBOUND_ALLOW` permits although it is private or without TLS. */
export interface Allowed {
  /** `host:port`, lower case. */
  hosts: ReadonlySet<string>;
  ranges: readonly [Address, number][];
  /** The port where this machine gives tokens to the app: never called on a private address. */
  identity_port: string | null;
}

export interface Target {
  /** As the URL names it, without brackets. */
  host: string;
  port: string;
  tls: boolean;
}

/** Whether an entry of `OUTBOUND_ALLOW` is host:port or a CIDR range. */
export const isAllowable = (entry: string): boolean =>
  ipaddr.isValidCIDR(entry) || /^(\[[0-9a-f:.]+\]|[^\s:/]+):\d{1,5}$/i.test(entry);

export function allowedBy(entries: readonly string[], identityEndpoint?: string): Allowed {
  const isRange = (entry: string) => ipaddr.isValidCIDR(entry);
  return {
    hosts: new Set(entries.filter((entry) => !isRange(entry)).map((entry) => entry.toLowerCase())),
    ranges: entries.filter(isRange).map((entry) => ipaddr.parseCIDR(entry)),
    identity_port: identityEndpoint === undefined ? null : portOf(new URL(identityEndpoint)),
  };
}

/** The port of a URL, said or not. */
export const portOf = ({ port, protocol }: URL): string => port || (protocol === 'http:' ? '80' : '443');

/** Why this address may not be called for this target, or undefined. */
export function whyNot(text: string, { host, port, tls }: Target, allowed: Allowed): string | undefined {
  if (!ipaddr.isValid(text)) return 'is not an address';
  const address = ipaddr.parse(text);
  const inner = embedded(address);
  const forms = inner === undefined ? [address] : [address, inner];
  if (forms.some(isMetadata)) return 'is a metadata address';
  const open = forms.every(isPublic) || (isTranslated(address) && inner !== undefined && isPublic(inner));
  if (!open && port === allowed.identity_port) return 'is where this machine gives out tokens';
  if (allowed.hosts.has(`${host.includes(':') ? `[${host}]` : host}:${port}`)) return undefined;
  if (forms.some((form) => allowed.ranges.some(([range, bits]) => within(form, range, bits)))) return undefined;
  if (!open) return 'is not a public address';
  return tls ? undefined : 'would be called without TLS';
}

/** They give out credentials of the machine, or steer it; 168.63.129.16 looks public. */
const metadata = new Set(
  ['169.254.169.254', '169.254.170.2', '169.254.170.23', '168.63.129.16', '100.100.100.200', '192.0.0.192']
    .concat('fd00:ec2::254', 'fd00:ec2::23', 'fd20:ce::254')
    .map((text) => ipaddr.parse(text).toNormalizedString()),
);

const isMetadata = (address: Address): boolean => metadata.has(address.toNormalizedString());

const globalUnicast = ipaddr.parseCIDR('2000::/3');

function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast') return false;
  return address.kind() === 'ipv4' || within(address, ...globalUnicast);
}

const within = (address: Address, range: Address, bits: number): boolean =>
  address.kind() === range.kind() && address.match([range, bits] as [ipaddr.IPv4 & ipaddr.IPv6, number]); // kinds agree

/** Forms that a network on the way replaces by the IPv4 address inside, so only that one counts. */
const isTranslated = (address: Address): boolean => ['ipv4Mapped', 'rfc6052'].includes(address.range());

/** Where each form of IPv6 that carries an IPv4 address has it, in bytes. */
const carriers: [range: string, at: number][] = [
  ['::/96', 12], // IPv4-compatible, long deprecated
  ['::ffff:0:0/96', 12],
  ['::ffff:0:0:0/96', 12], // RFC 6145
  ['64:ff9b::/96', 12], // NAT64
  ['64:ff9b:1::/48', 12], // NAT64 of a local network
  ['2002::/16', 2], // 6to4
];

function embedded(address: Address): ipaddr.IPv4 | undefined {
  const bytes = address.toByteArray();
  const carrier = carriers.find(([range]) => within(address, ...ipaddr.parseCIDR(range)));
  return carrier === undefined ? undefined : new ipaddr.IPv4(bytes.slice(carrier[1], carrier[1] + 4));
}
