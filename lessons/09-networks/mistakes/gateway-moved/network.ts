/**
 * The network of a container: a cable from its network namespace to a bridge on the host, an address, a route.
 *
 * What is made here is not taken down by anybody. A cable lies half in the container's namespace; it goes when that goes.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Network } from './cli.ts';
import { setns } from './libc.ts';

const bridge = 'box0';
const gateway = addressOf(1);

/** Gives a network to the network namespace that process `pid` is in, and that nobody has set up yet. Throws where ip(8) does. */
export function connect(pid: number, network: Network): void {
  if (network === 'host') return;
  const namespace = `/proc/${pid}/ns/net`;
  const lines = ['link set lo up'];
  if (network === 'bridge') {
    makeBridge();
    const number = layCable(pid, namespace);
    lines.push('link set eth0 up', `address add ${addressOf(number)}/16 dev eth0`, `route add default via ${gateway}`);
  }
  // Nothing has to be in the container for that: a network namespace can be entered without its files, and we bring our own ip.
  use('nsenter', [`--net=${namespace}`, 'ip', '-batch', '-'], lines.join('\n'));
}

/** Makes the bridge, and puts the host on it. Whoever comes first does; for those who come second or meanwhile nothing changes. */
function makeBridge(): void {
  add(bridge, 'type', 'bridge');
  use('ip', ['-batch', '-'], `address replace ${gateway}/16 dev ${bridge}\nlink set ${bridge} up`);
}

/** Lays a cable between the bridge and the namespace. Returns a number that no other container has as long as this one lives. */
function layCable(pid: number, namespace: string): number {
  // Two interfaces cannot have one name. So the name of the host's end, with the number in it, is the reservation: the kernel
  // grants it to one of those who try, and takes it back when the container is gone. (The pid only makes a good first guess.)
  for (let tries = 0; tries < 65533; tries++) {
    const number = 2 + ((pid + tries) % 65533);
    if (add(`veth${number}`, 'master', bridge, 'up', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace)) return number;
  }
  throw new Error(`${bridge}: every address is taken`);
}

/** Container 258 has 10.200.1.2. The host is 1; 0 and 65535 are the network and all of it. */
function addressOf(number: number): string {
  return `10.200.${number >> 8}.${number & 255}`;
}

/**
 * Remembers the namespaces in which ip(8) has to be started. The function
 * that it returns takes this thread back there.
 */
export function wayHome(): () => void {
  const open = (kind: string) => openSync(`/proc/self/ns/${kind}`, 'r');
  const home = [open('net'), open('pid')];
  return () => {
    for (const namespace of home) {
      setns(namespace);
      closeSync(namespace);
    }
  };
}

/** Makes an interface; false where there is one of this name already. */
function add(...words: string[]): boolean {
  const { error, status, stderr } = spawnSync('ip', ['link', 'add', ...words], { encoding: 'utf8' });
  if (status === 0) return true;
  if (error === undefined && stderr.includes('File exists')) return false;
  throw new Error(`ip link add ${words.join(' ')}: ${error?.message ?? stderr.trim()}`);
}

/** Runs a tool with these lines as its input. Throws where it fails, with what it said. */
function use(tool: string, args: string[], input: string): void {
  const { error, status, stderr } = spawnSync(tool, args, { input, encoding: 'utf8' });
  if (error !== undefined || status !== 0) throw new Error(`${tool} ${args.join(' ')}: ${error?.message ?? stderr.trim()}`);
}
