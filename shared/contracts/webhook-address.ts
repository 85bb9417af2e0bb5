import ipaddr from 'ipaddr.js';

/** Where webhooks may lead. A deployment only sends to the public internet. */
export interface Reach {
  /** An origin that is allowed whatever it is: on one machine, its own. No setting sets it. */
  readonly ownOrigin?: string;
}
export const publicInternet: Reach = {};

/** The longest address of a webhook, in characters. */
export const longestUrl = 2000;

/**
 * HTTPS and its usual second port: other ports belong to other services, which must not be reachable through this one.
 */
const ports: readonly string[] = ['', '8443'];

/** The part of IPv6 that is allocated for the public internet. */
const publicIPv6 = () => ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an IP address is on the public internet: not private, loopback, link-local (where clouds serve credentials),
 * carrier-grade shared, multicast, reserved, or an IPv6 form of an IPv4 address.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (address.range() !== 'unicast') return false;
  return address.kind() === 'ipv4' || address.match(publicIPv6());
}

/** The IP address in a URL, if it has one instead of a host name. */
export function addressIn({ hostname }: URL): string | undefined {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  return ipaddr.isValid(bare) ? bare : undefined;
}

export const isOwn = (url: URL, { ownOrigin }: Reach): boolean => url.origin === ownOrigin;

/**
 * Why a webhook may not lead there, for the person who registers it; undefined: it may, unless its name resolves
 * elsewhere.
 */
export function whyNotThere(text: string, reach: Reach): string | undefined {
  const url = URL.parse(text);
  if (!url) return 'must be a URL, for example https://hooks.example.com/provisioning';
  if (url.username !== '' || url.password !== '') return 'must not contain a user name or password';
  if (isOwn(url, reach)) return undefined;
  if (url.protocol !== 'https:') return 'must begin with https://';
  if (!ports.includes(url.port)) return 'must use the port 443 or 8443';
  const address = addressIn(url);
  // A dot at the end only says that the name is complete.
  if (address === undefined ? !url.hostname.slice(0, -1).includes('.') : !isPublicAddress(address))
    return 'must lead to a host of the public internet';
  return undefined;
}
