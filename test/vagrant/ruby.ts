/**
 * A Ruby for the tests: the machine's, or Vagrant's own, or else Debian's, fetched by apt into the cache and run from there, like the
 * tools that build the image. So a machine with neither tests the Vagrantfile all the same.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { Apt, debFile } from '../../sandbox/image/apt.ts';
import { architecture, findCommand, release } from '../../sandbox/image/machine.ts';
import { cacheDir } from '../../sandbox/image/places.ts';
import { unpackDeb, makeSkeleton } from '../../sandbox/image/tree.ts';

/** How to start a Ruby. `installed`: one that is there already will do. */
export async function findRuby(installed = true): Promise<string[]> {
  const there = findCommand('ruby') ?? ['/opt/vagrant/embedded/bin/ruby'].find((file) => fs.existsSync(file));
  return installed && there ? [there] : fetchRuby(path.join(cacheDir(), `ruby-${release().key}`));
}

async function fetchRuby(home: string): Promise<string[]> {
  const machine = architecture();
  if (!fs.existsSync(home)) {
    const work = `${home}.${process.pid}`;
    const tree = path.join(work, 'tree');
    fs.rmSync(work, { recursive: true, force: true });
    fs.mkdirSync(path.join(work, 'debs'), { recursive: true });
    const apt = await Apt.open({ dir: path.join(work, 'apt'), architecture: machine.deb, mirror: process.env['DRYDOCK_MIRROR'], release: release() });
    await apt.update(() => {});
    const stanzas = [...(await apt.stanzas(await apt.closure(['ruby']))).values()].flatMap((versions) => versions.slice(0, 1));
    await apt.download(stanzas, path.join(work, 'debs'), () => {});
    makeSkeleton(tree, machine);
    for (const stanza of stanzas) await unpackDeb(path.join(work, 'debs', debFile(stanza)), tree);
    fs.renameSync(tree, home);
    fs.rmSync(work, { recursive: true, force: true });
  }
  const [version = ''] = fs.readdirSync(path.join(home, 'usr/lib/ruby')).filter((name) => /^\d+\.\d+\.\d+$/.test(name));
  const libraries = path.join(home, 'usr/lib', machine.triplet);
  const folders = [path.join(home, 'usr/lib/ruby', version), path.join(libraries, 'ruby', version), path.join(home, 'usr/lib/ruby/vendor_ruby')];
  // Its own loader, libraries and folders; its list of gems would be looked for in the system's.
  return [path.join(home, 'usr', machine.loader), '--library-path', libraries, path.join(home, `usr/bin/ruby${version.replace(/\.\d+$/, '')}`), '--disable-gems', ...folders.flatMap((folder) => ['-I', folder]), '-rrubygems'];
}

/** Runs a Ruby program, and gives what it prints; throws with what it says where it fails. */
export function runRuby(ruby: readonly string[], args: readonly string[], env: Record<string, string> = {}): string {
  const [command = '', ...first] = ruby;
  return execFileSync(command, [...first, ...args], { encoding: 'utf8', env: { PATH: process.env['PATH'], ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
}
