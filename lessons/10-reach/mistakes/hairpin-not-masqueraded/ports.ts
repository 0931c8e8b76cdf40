/** What goes from the bridge to the world and back: forwarding, masquerade, and the ports that `-p` publishes. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
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
export async function publish(ports: Port[], bridge: string, address: string, undo: DisposableStack): Promise<void> {
  writeFileSync(`/proc/sys/net/ipv4/conf/${bridge}/route_localnet`, '1');
  for (const port of ports) {
    await reserve(port, address);
    const rules = [
      `PREROUTING -t nat -p tcp -m addrtype --dst-type LOCAL --dport ${port.host} -j DNAT --to ${address}:${port.container}`,
      `OUTPUT -t nat -p tcp -m addrtype --dst-type LOCAL --dport ${port.host} -j DNAT --to ${address}:${port.container}`,
      `POSTROUTING -t nat -s 127.0.0.0/8 -d ${address} -o ${bridge} -j MASQUERADE`,
    ];
    for (const rule of rules) {
      iptables('-I', rule);
      undo.defer(() => iptables('-D', rule));
    }
  }
}

/** Nobody listens here: the port is only held, at an address that no packet comes to, so that nobody else publishes it. */
async function reserve({ host }: Port, _address: string): Promise<void> {
  const server = createServer();
  server.unref().listen(host, '127.100.100.100');
  await once(server, 'listening');
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
