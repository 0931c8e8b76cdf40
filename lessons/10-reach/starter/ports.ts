/** What goes from the bridge to the world and back: forwarding, masquerade, and the ports that `-p` publishes. */
import { spawnSync } from 'node:child_process';
import type { Port } from './cli.ts';

/** Lets the network of the bridge reach what the host reaches. Called by one box at a time; what is there already stays. */
export function openRoad(bridge: string, network: string): void {
  // TODO(you): the host has to pass packets on; its packet filter has to let those of the bridge pass, in both directions; and
  // what leaves `network` for elsewhere has to come from an address that can be answered. `ensure` takes the rules.
}

/** Publishes ports of the container with this address. `undo` gets what has to be taken back. Throws where a port is taken. */
export async function publish(ports: Port[], bridge: string, address: string, undo: DisposableStack): Promise<void> {
  // TODO(you): whoever comes to the host at `port.host` has to get to the container at `port.container`: from outside, from the
  // host by any of its addresses, from the containers. What you add to the host's tables: `undo.defer(() => …)`.
  if (ports.length > 0) throw new Error('-p: ports.ts cannot publish ports yet');
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
