/** What goes from the bridge to the world and back: forwarding, masquerade, and the ports that `-p` publishes. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { Port } from './cli.ts';

/** Lets the network of the bridge reach what the host reaches. Called by one box at a time; what is there already stays. */
export function openRoad(bridge: string, network: string): void {
  // A host keeps what is for itself and drops the rest. With this it passes packets on, from one interface to another.
  writeFileSync('/proc/sys/net/ipv4/ip_forward', '1');
  ensure([
    // And this is who may pass. Many hosts say DROP at the end of the chain, so it has to be said first.
    `FORWARD -i ${bridge} -j ACCEPT`,
    `FORWARD -o ${bridge} -m conntrack --ctstate RELATED,ESTABLISHED,DNAT -j ACCEPT`,
    // Nobody out there knows a way to this network: what leaves it has to come from the host, or no answer finds back.
    `POSTROUTING -t nat -s ${network} ! -o ${bridge} -j MASQUERADE`,
  ]);
}

/** Publishes ports of the container with this address. `undo` gets what has to be taken back. Throws where a port is taken. */
export async function publish(ports: Port[], _bridge: string, address: string, _undo: DisposableStack): Promise<void> {
  for (const port of ports) {
    await relay(port, address);
  }
}

/** A process of its own that listens on the port and passes on what comes. */
async function relay({ host, container }: Port, address: string): Promise<void> {
  const program = `
    const { connect, createServer } = require('node:net');
    const server = createServer({ allowHalfOpen: true }, (client) => {
      const there = connect({ host: '${address}', port: ${container}, allowHalfOpen: true });
      require('node:stream').pipeline(client, there, client, () => {});
    });
    server.on('error', () => process.exit(1)).listen(${host}, '0.0.0.0', () => console.log('ready'));`;
  const child = spawn(process.execPath, ['-e', program], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  const [ready] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]) as [unknown];
  if (!Buffer.isBuffer(ready)) throw new Error(`-p ${host}:${container}: port ${host} is taken`);
  child.stdout.destroy();
  child.unref();
}

/** Puts rules at the head of their chains, unless the last of them is there: then the others are, too. */
function ensure(rules: string[]): void {
  if (!iptables('-C', rules.at(-1)!)) for (const rule of rules) iptables('-I', rule);
}

/** Calls iptables(8). False where the rule that is asked for with -C is not there; throws where it fails otherwise. */
function iptables(action: '-C' | '-I' | '-D', rule: string): boolean {
  // -w: there is one lock for all, and without it whoever comes second fails.
  const { error, status, stderr } = spawnSync('iptables', ['-w', action, ...rule.split(' ')], { encoding: 'utf8' });
  if (status === 0 || (status === 1 && action === '-C')) return status === 0;
  throw new Error(`iptables ${action} ${rule}: ${error?.message ?? stderr.trim()}`);
}
