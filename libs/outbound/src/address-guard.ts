import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';

import { addressClass } from './address-class.js';
import { OutboundError } from './outbound-error.js';

/** Resolve: all addresses of a host name. */
export type Resolve = (host: string) => Promise<LookupAddress[]>;

const resolveBySystem: Resolve = (host) =>
  new Promise((settle, fail) => {
    dnsLookup(host, { all: true }, (error, addresses) => (error === null ? settle(addresses) : fail(error)));
  });

/** bareHost: a host as the system's look-up wants it: lower case, without the brackets of a literal IPv6 address. */
export const bareHost = (host: string): string => host.replace(/^\[(.*)\]$/, '$1').toLowerCase();

const entryOf = (hostAndPort: string): string => {
  const colon = hostAndPort.lastIndexOf(':');
  return `${bareHost(hostAndPort.slice(0, colon))} ${hostAndPort.slice(colon + 1)}`;
};

/**
 * AddressGuard: decides to which addresses a host and port may be connected. Anything that is not public is refused, literal
 * addresses in every notation included, unless `host:port` is on the allow list. Its answer is what gets connected to
 * (see `pinned`), so a name that changes its address between check and use gains nothing.
 */
export class AddressGuard {
  private readonly allowed: ReadonlySet<string>;

  constructor(
    allow: readonly string[],
    private readonly resolve: Resolve = resolveBySystem,
  ) {
    this.allowed = new Set(allow.map(entryOf));
  }

  /** addresses: the checked addresses of a host; throws OutboundError `forbidden_address` or `unresolved`. One bad address refuses the name. */
  async addresses(host: string, port: number): Promise<LookupAddress[]> {
    const name = bareHost(host);
    const found = await this.find(name);
    if (this.isListed(name, port)) return found;
    for (const { address } of found) {
      const kind = addressClass(address);
      if (kind === 'public' || this.isListed(address, port)) continue;
      throw new OutboundError(
        'forbidden_address',
        `${name}:${port} leads to a ${kind} address; only public ones are called, or those on the allow list (PLUMBLINE_OUTBOUND_ALLOW)`,
      );
    }
    return found;
  }

  isListed(host: string, port: number): boolean {
    return this.allowed.has(`${bareHost(host)} ${port}`);
  }

  private async find(name: string): Promise<LookupAddress[]> {
    const family = isIP(name);
    if (family !== 0) return [{ address: name, family }];
    try {
      const found = await this.resolve(name);
      if (found.length > 0) return found;
    } catch (error) {
      throw new OutboundError('unresolved', `the name ${name} cannot be resolved`, { cause: error });
    }
    throw new OutboundError('unresolved', `the name ${name} has no address`);
  }
}

/** pinned: a lookup for `net.connect` that knows only addresses already checked. */
export const pinned =
  (addresses: readonly LookupAddress[]): LookupFunction =>
  (host, options, callback) => {
    const [first] = addresses;
    if (first === undefined) callback(new Error(`no address for ${host}`), '', 0);
    else if (options.all === true) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
