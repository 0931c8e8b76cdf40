/** Who is who on the bridge: /etc/hosts and /etc/resolv.conf of the containers. */
import { existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { mount, MS_BIND } from './libc.ts';
import { alone, amend, type Home, homeOf, type Named, neighbours } from './store.ts';

const files = ['hosts', 'resolv.conf'] as const;

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
    for (const { name } of known) overwrite(homeOf(name).hosts, hosts(known));
  });
}

/** Writes in place: a bind mount shows this file, and a new one of the same name would be another, which nobody has mounted. */
function overwrite(path: string, text: string): void {
  writeFileSync(path, text, { flag: 'r+' });
  // Shortened last, so that nobody who reads meanwhile finds it empty.
  truncateSync(path, Buffer.byteLength(text));
}

function hosts(known: { name: string; address: string }[]): string {
  return ['127.0.0.1 localhost', '::1 localhost', ...known.map(({ name, address }) => `${address} ${name}`), ''].join('\n');
}

/** The host's name servers, as far as they are the same machines in there. */
function nameServers(): string {
  const own = readFileSync('/etc/resolv.conf', 'utf8');
  // systemd-resolved answers on the host's loopback address, and writes down whom it asks itself.
  const real = '/run/systemd/resolve/resolv.conf';
  const text = own.includes('127.0.0.53') && existsSync(real) ? readFileSync(real, 'utf8') : own;
  return text.replace(/^nameserver\s+(127\.|::1).*\n?/gm, '');
}

/** Mounts the container's own files on those of its root. */
export function mountNames(root: string, home: Home): void {
  mkdirSync(`${root}/etc`, { recursive: true });
  if (root !== '') for (const file of files) rmSync(`${root}/etc/${file}`, { force: true });
  if (root !== '') for (const file of files) writeFileSync(`${root}/etc/${file}`, '');
  for (const file of files) mount(home[file], `${root}/etc/${file}`, null, MS_BIND);
}
