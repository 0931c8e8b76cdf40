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
  // TODO(you): in the namespace, whatever the network: lo, which is there and is down.
  // TODO(you): for the bridge: the bridge itself, where nobody has made it before; a cable with one end in the bridge and the
  // other in the namespace, both of them up; there an address with the prefix of its network, and a default route.
  throw new Error(`network.ts cannot connect process ${pid} yet`);
}

// TODO(you): how does a container come by a number that no other one has, even if fifty of them start at once? `addressOf` makes
// an address of it.

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
