/** Releases that the workbook's own virtual machine may run, and where their packages come from. */
import { Exit, UserError } from '../../src/errors.ts';
import { runCommand } from './command.ts';
import type { OtherRelease } from './fetch.ts';
import { release } from './machine.ts';

/** Those of the boxes that the Vagrantfile names, and their neighbours. */
const known: OtherRelease[] = [
  { key: 'debian-12', id: 'debian', codename: 'bookworm' },
  { key: 'debian-13', id: 'debian', codename: 'trixie' },
  { key: 'ubuntu-24.04', id: 'ubuntu', codename: 'noble' },
  { key: 'ubuntu-26.04', id: 'ubuntu', codename: 'resolute' },
];

/** The release of the boxes that most providers get. */
const USUAL = 'debian-13';

/** What a bundle is for where nobody says: the usual release where this machine's sources can have it, else its own. */
export function usualRelease(own = release()): string {
  return known.find(({ key }) => key === USUAL)?.id === own.id ? USUAL : own.key;
}

/**
 * Where the packages of a release come from: undefined for this machine's own release (its own sources, and the lock), else
 * the archive that this machine's sources name for its own, which serves its other releases as well.
 *
 * Throws UserError (exit 3) for a release of another distribution, where no mirror is given.
 */
export async function sourceOf(key: string, given: string | undefined, own = release()): Promise<{ release: OtherRelease; mirror: string } | undefined> {
  if (key === own.key) return undefined;
  const wanted = known.find((one) => one.key === key);
  if (!wanted) throw new UserError(`No release is called ${key}.`, { next: [`known are ${known.map((one) => one.key).join(', ')}`], exit: Exit.usage });
  if (given) return { release: wanted, mirror: given };
  const { stdout } = await runCommand(['apt-get', 'indextargets', '--format', '$(RELEASE) $(COMPONENT) $(REPO_URI)', 'Identifier: Packages']);
  const mirror = wanted.id === own.id ? archiveOf(stdout, own.codename) : undefined;
  if (mirror) return { release: wanted, mirror };
  throw new UserError(`This machine runs ${own.name}, whose package sources do not have ${key}.`, {
    next: [`make the bundle on a machine of ${key}: in the virtual machine itself, for one`, 'or name an archive that has it: DRYDOCK_MIRROR=…'], exit: Exit.cannotRun,
  });
}

/** The address in apt's list of index targets that has the release itself (not its updates) in `main`. */
export function archiveOf(targets: string, codename: string): string | undefined {
  const lines = targets.split('\n').map((line) => line.split(' '));
  return lines.find(([suite, component]) => suite === codename && component === 'main')?.[2];
}
