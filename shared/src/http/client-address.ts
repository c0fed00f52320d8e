import { isIPv6 } from 'node:net';
import type { Request } from 'express';

/**
 * Whose requests are counted together: the client's IPv4 address, or the /64 network of its IPv6 address, of which
 * whoever has one has 2^64. From `X-Forwarded-For` only when a proxy of `TRUST_PROXY` sent it.
 */
export function clientAddress(request: Pick<Request, 'ip'>): string {
  const { ip } = request;
  if (ip === undefined) return 'desconocida';
  // An IPv4 address as sockets of both families show it.
  if (ip.startsWith('::ffff:') && ip.includes('.')) return ip.slice('::ffff:'.length);
  return isIPv6(ip) ? networkOf(ip) : ip;
}

function networkOf(ip: string): string {
  const [before = '', after] = (ip.split('%', 1)[0] ?? '').toLowerCase().split('::');
  const head = before === '' ? [] : before.split(':');
  const tail = after === undefined || after === '' ? [] : after.split(':');
  const zeros =
    after === undefined ? [] : Array<string>(Math.max(0, 8 - head.length - tail.length)).fill('0');
  const groups = [...head, ...zeros, ...tail]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16));
  return `${groups.join(':')}::/64`;
}
