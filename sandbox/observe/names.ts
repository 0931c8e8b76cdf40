/**
 * How a name becomes an address: hosts(5), resolv.conf(5), and one question and answer of the DNS (RFC 1035). Pure.
 */

/** The first IPv4 address that a hosts file has for a name; undefined where it has none. */
export function hostsAddress(text: string, name: string): string | undefined {
  const lines = text.split('\n').map((line) => line.replace(/#.*/, '').trim().split(/\s+/));
  return lines.find(([address, ...names]) => /^[\d.]+$/.test(address ?? '') && names.some((one) => one.toLowerCase() === name.toLowerCase()))?.[0];
}

/** What resolv.conf(5) says: whom to ask, at most three, and what to try behind a name. */
export type Resolver = { readonly servers: readonly string[]; readonly search: readonly string[] };

/** Reads resolv.conf. Without a server it is 127.0.0.1 that a C library asks; that is left to the caller. */
export function parseResolver(text: string): Resolver {
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/));
  const servers = lines.filter(([key, value]) => key === 'nameserver' && value !== undefined).map(([, value]) => value as string);
  const search = lines.findLast(([key]) => key === 'search' || key === 'domain')?.slice(1) ?? [];
  return { servers: servers.slice(0, 3), search };
}

/** A question for the IPv4 addresses of a name. */
export function dnsQuestion(id: number, name: string): Buffer {
  const head = Buffer.from([id >> 8, id & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  const labels = name.split('.').filter((label) => label !== '').map((label) => Buffer.concat([Buffer.from([Buffer.byteLength(label)]), Buffer.from(label)]));
  return Buffer.concat([head, ...labels, Buffer.from([0, 0, 1, 0, 1])]);
}

/** The first IPv4 address in an answer; undefined where there is none, or the bytes are no answer. */
export function dnsAddress(answer: Buffer): string | undefined {
  try {
    let at = 12;
    for (let questions = answer.readUInt16BE(4); questions > 0; questions -= 1) at = afterName(answer, at) + 4;
    for (let answers = answer.readUInt16BE(6); answers > 0; answers -= 1) {
      at = afterName(answer, at);
      const [type, length] = [answer.readUInt16BE(at), answer.readUInt16BE(at + 8)];
      if (type === 1 && length === 4 && at + 14 <= answer.length) return [...answer.subarray(at + 10, at + 14)].join('.');
      at += 10 + length;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return undefined;
}

/** Where a name ends that begins at `at`: with an empty label, or with two bytes that point elsewhere. */
function afterName(bytes: Buffer, at: number): number {
  for (;;) {
    const length = bytes.readUInt8(at);
    if (length === 0) return at + 1;
    if (length >= 0xc0) return at + 2;
    at += 1 + length;
  }
}
