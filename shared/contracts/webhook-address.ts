import ipaddr from 'ipaddr.js';

/** Where webhooks may lead to. What is deployed sends to the public internet alone. */
export interface Reach {
  /** An origin that may be called whatever it is: on one machine, its own. No setting leads here. */
  readonly ownOrigin?: string;
}
export const publicInternet: Reach = {};

/** The longest address of a webhook, in characters. */
export const longestUrl = 2000;

/** HTTPS and its usual second port: others are for other services, which nobody shall reach by way of this one. */
const ports: readonly string[] = ['', '8443'];

/** The part of IPv6 that is given out for the public internet. */
const publicIPv6 = () => ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an IP address is one of the public internet: not private, loopback, link-local (where clouds tell secrets),
 * shared by a carrier, multicast, reserved, or an IPv6 address that stands for an IPv4 address.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (address.range() !== 'unicast') return false;
  return address.kind() === 'ipv4' || address.match(publicIPv6());
}

/** The IP address that a URL names instead of a host. */
export function addressIn({ hostname }: URL): string | undefined {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  return ipaddr.isValid(bare) ? bare : undefined;
}

export const isOwn = (url: URL, { ownOrigin }: Reach): boolean => url.origin === ownOrigin;

/** Why a webhook may not lead there, for whoever registers it; undefined: it may, unless its name leads elsewhere. */
export function whyNotThere(text: string, reach: Reach): string | undefined {
  const url = URL.parse(text);
  if (!url) return 'must be a URL, for example https://hooks.example.com/provisioning';
  if (url.username !== '' || url.password !== '') return 'must not contain a user name or password';
  if (isOwn(url, reach)) return undefined;
  if (url.protocol !== 'https:') return 'must begin with https://';
  if (!ports.includes(url.port)) return 'must use the port 443 or 8443';
  const address = addressIn(url);
  if (address === undefined ? !url.hostname.includes('.') : !isPublicAddress(address))
    return 'must lead to a host of the public internet';
  return undefined;
}
