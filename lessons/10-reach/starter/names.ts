/** Who is who on the bridge: /etc/hosts and /etc/resolv.conf of the containers. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { alone, amend, type Home, homeOf, type Named, neighbours } from './store.ts';

const files = ['hosts', 'resolv.conf'] as const;

/** A layer for `placesForNames`. */
const places = '/var/lib/box/names';

/** Writes what a new container is told. On the host's network it is what the host is told. */
export function prepareNames({ name, network }: Named, undo: DisposableStack): void {
  const home = homeOf(name);
  undo.defer(() => files.forEach((file) => rmSync(home[file], { force: true })));
  writeFileSync(home.hosts, network === 'host' ? readFileSync('/etc/hosts') : hosts([]));
  writeFileSync(home['resolv.conf'], network === 'host' ? readFileSync('/etc/resolv.conf') : nameServers());
}

/** Tells every container on the bridge that this one is there now; `undo`, that it has gone. */
export function announce(name: string, undo: DisposableStack): void {
  tellAll();
  undo.defer(() => {
    amend(name, { address: undefined });
    tellAll();
  });
}

/** Tells every container on the bridge who is there. */
function tellAll(): void {
  alone(() => {
    const known = neighbours();
    // TODO(you): each of them has `homeOf(name).hosts` mounted on its /etc/hosts. It is running.
  });
}

function hosts(known: { name: string; address: string }[]): string {
  return ['127.0.0.1 localhost', '::1 localhost', ...known.map(({ name, address }) => `${address} ${name}`), ''].join('\n');
}

/** The host's name servers, as far as they are the same machines in there. */
function nameServers(): string {
  // TODO(you): which of these would be somebody else, asked from a container? And whom does that one ask?
  return readFileSync('/etc/resolv.conf', 'utf8');
}

/** The layer that has to be the uppermost of a container's, for `mountNames`. */
export function placesForNames(): string {
  mkdirSync(places, { recursive: true });
  // TODO(you): `mountNames` needs files to mount on. Some images have none, and some have a link there.
  return places;
}

/** Mounts the container's own files on those of its root. */
export function mountNames(root: string, home: Home): void {
  // TODO(you): home.hosts and home['resolv.conf']. `root` is where the container's root is mounted, '' if it sees the host's files.
}
