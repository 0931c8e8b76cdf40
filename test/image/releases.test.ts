import { expect, test } from 'vitest';
import { archiveOf, sourceOf, usualRelease } from '../../sandbox/image/releases.ts';

const debian = { key: 'debian-12', id: 'debian', codename: 'bookworm', name: 'Debian GNU/Linux 12 (bookworm)' };
const ubuntu = { key: 'ubuntu-24.04', id: 'ubuntu', codename: 'noble', name: 'Ubuntu 24.04 LTS' };

test('a bundle is for the boxes’ release where the archive of this machine has it, else for this machine’s', () => {
  expect(usualRelease(debian)).toBe('debian-13');
  expect(usualRelease(ubuntu)).toBe('ubuntu-24.04');
});

test('the archive is where the release itself comes from, not its updates, nor somebody else’s packages', () => {
  const targets = 'bookworm-updates main https://mirror.invalid/debian/\nnodistro main https://other.invalid/\nbookworm contrib https://mirror.invalid/x/\nbookworm main https://mirror.invalid/debian/\n';
  expect(archiveOf(targets, 'bookworm')).toBe('https://mirror.invalid/debian/');
  expect(archiveOf(targets, 'trixie')).toBeUndefined();
});

test('the own release needs no other source; another distribution’s has none unless it is named', async () => {
  expect(await sourceOf('debian-12', undefined, debian)).toBeUndefined();
  const noble = { key: 'ubuntu-24.04', id: 'ubuntu', codename: 'noble' };
  expect(await sourceOf('ubuntu-24.04', 'https://mirror.invalid/ubuntu', debian)).toEqual({ release: noble, mirror: 'https://mirror.invalid/ubuntu' });
  await expect(sourceOf('ubuntu-24.04', undefined, debian)).rejects.toMatchObject({ message: expect.stringContaining('whose package sources do not have ubuntu-24.04') as string, exit: 3 });
  await expect(sourceOf('slackware-1', undefined, debian)).rejects.toMatchObject({ message: 'No release is called slackware-1.', exit: 2 });
});
