/**
 * Whom a process's network namespace reaches, who reaches it, and by which names.
 */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { SystemCallError } from '../errors.ts';
import { fact } from '../fact.ts';
import type { Fact } from '../fact.ts';
import { textInside } from '../inside.ts';
import { dnsAddress, dnsQuestion, hostsAddress, parseResolver } from '../names.ts';
import { parseListening, parseNetSnmp } from '../netfiles.ts';
import type { ListeningPort } from '../netfiles.ts';
import { filterInside } from '../network.ts';
import { optional, readProc } from '../procfile.ts';
import type { ProcessView } from '../process.ts';
import { insideNamespace } from '../setns.ts';
import { askInside, hearInside, listenInside, sendInside } from '../sockets.ts';
import type { Attempt } from '../sockets.ts';
import { linesOf } from '../text.ts';
import { counterLines } from './network.ts';
import type { Reader } from './reader.ts';

/** How long one attempt may take, and for how long failed ones are repeated: a relay may come up a moment after its container. Milliseconds. */
const ATTEMPT = 1_500;
const REPEATED = 2_500;
/** The pause between attempts, and how long an answer of a name server may take. */
const PAUSE = 100;
const ANSWER = 1_000;

/** Why a connection came to nothing; `taken`: at the other end somebody else has the port. */
export type Failure = Attempt | 'taken';

export async function reaches(reader: Reader, to: { address: string; port: number }, at: ProcessView, port: number): Promise<Fact<string | Failure>> {
  const source = `nsenter -t ${reader.pid} -n nc -N ${to.address} ${to.port}`;
  const there = `nsenter -t ${at.pid} -n nc -lv ${port}`;
  const said = (value: string | Failure, line: string): Fact<string | Failure> => ({
    name: `what comes of a connection from ${reader.label} to ${to.address}:${to.port}`,
    value, evidence: [{ source, lines: [line] }, { source: there, lines: [/^\d/.test(value) ? `connection received from ${value}` : 'no connection'] }],
  });
  const token = randomBytes(16);
  const listener = await listenInside(at.pid, port, token).catch((error: unknown) => {
    if (isTaken(error)) return undefined;
    throw error;
  });
  if (listener === undefined) return said('taken', 'not tried');
  using _open = listener;
  const deadline = performance.now() + REPEATED;
  for (;;) {
    const heard = listener.heard.then((address) => ({ address }));
    const how = await Promise.race([heard, sendInside(reader.pid, to.address, to.port, token, ATTEMPT)]);
    // Who has sent all may be ahead of who is to hear it: a relay in between has to be heard out, too.
    const end = how === 'sent' ? await Promise.race([heard, sleep(PAUSE, 'cut off' as const)]) : how;
    if (typeof end === 'object') return said(end.address, 'connected');
    if (performance.now() >= deadline) return said(end, end);
    await sleep(PAUSE);
  }
}

export async function lookUp(reader: Reader, name: string): Promise<Fact<string | null>> {
  const [hosts, resolver] = ['/etc/hosts', '/etc/resolv.conf'].map((path) => reader.steady(() => textInside(reader.pid, path, 64 * 1024)) ?? '') as [string, string];
  const evidence = [
    { source: reader.path('root/etc/hosts'), lines: linesOf(hosts).slice(0, 12) },
    { source: reader.path('root/etc/resolv.conf'), lines: linesOf(resolver).slice(0, 6) },
  ];
  const told = (value: string | null): Fact<string | null> => ({ name: `what the name ${name} means to ${reader.label}`, value, evidence });
  const known = hostsAddress(hosts, name);
  if (known !== undefined) return told(known);
  const { servers, search } = parseResolver(resolver);
  for (const full of [name, ...search.map((domain) => `${name}.${domain}`)]) {
    for (const server of servers) {
      const answer = await askInside(reader.pid, server, 53, dnsQuestion(4321, full), ANSWER);
      const address = answer === null ? undefined : dnsAddress(answer);
      if (address !== undefined) return told(address);
      if (answer !== null) break;
    }
  }
  return told(null);
}

export async function asks(reader: Reader, name: string, servers: readonly { address: string; at: ProcessView }[]): Promise<Fact<boolean>> {
  const text = reader.steady(() => textInside(reader.pid, '/etc/resolv.conf', 64 * 1024)) ?? '';
  // Where no server is named, a C library asks its own machine.
  const { servers: named } = parseResolver(text);
  const asked = named.length > 0 ? named : ['127.0.0.1'];
  // Where somebody else has the port, it is for that one to pass the question on.
  const opened = await Promise.allSettled(servers.map(({ address, at }) => hearInside(at.pid, address, 53, Buffer.from(name.split('.')[0] ?? name))));
  const listeners = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  try {
    for (const one of opened) if (one.status === 'rejected' && !isTaken(one.reason)) throw one.reason;
    const heard = Promise.race(listeners.map((listener) => listener.heard));
    const answers = asked.map((server) => askInside(reader.pid, server, 53, dnsQuestion(4322, name), 2 * ANSWER));
    const came = await Promise.race([heard.then(() => true), Promise.all(answers).then(() => sleep(PAUSE, false))]);
    return fact(`that a question of ${reader.label} for ${name} comes to a name server`, came, reader.path('root/etc/resolv.conf'), linesOf(text).slice(0, 8));
  } finally {
    for (const listener of listeners) listener[Symbol.dispose]();
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof SystemCallError && error.code === 'EADDRINUSE';
}

export function listening(reader: Reader): Fact<ListeningPort[]> {
  const ports = ['net/tcp', 'net/tcp6'].flatMap((name) => parseListening(reader.text(name), reader.path(name)));
  return fact(reader.name('listening ports'), ports, reader.path('net/tcp'), ports.map(({ line }) => line));
}

export function counters(reader: Reader, protocol: string): Fact<Record<string, number>> {
  const text = reader.text('net/snmp');
  return fact(reader.name(`${protocol} counters`), parseNetSnmp(text, protocol, reader.path('net/snmp')), reader.path('net/snmp'), counterLines(text, protocol));
}

export function packetFilter(reader: Reader): Fact<string[]> {
  const lines = reader.steady(() => filterInside(reader.pid));
  return fact(reader.name('packet filter'), lines, `nsenter -t ${reader.pid} -n iptables-save -c`, lines);
}

export function connections(reader: Reader): Fact<string[]> {
  // Not there before the first rule that needs it.
  const lines = reader.steady(() => optional(() => linesOf(readProc(reader.pid, 'net/nf_conntrack'))) ?? []);
  return fact(reader.name('tracked connections'), lines, reader.path('net/nf_conntrack'), lines);
}

export function networkSetting(reader: Reader, name: string): Fact<number | null> {
  const path = `/proc/sys/net/${name}`;
  // These files show the network namespace of whoever looks them up.
  const text = reader.steady(() => insideNamespace(reader.pid, 'net', () => (fs.existsSync(path) ? fs.readFileSync(path, 'utf8').trim() : null)));
  return fact(reader.name(name.split('/').at(-1) ?? name), text === null ? null : Number(text), `nsenter -t ${reader.pid} -n cat ${path}`, [text ?? 'no such file']);
}
