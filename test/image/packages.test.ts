import { expect, test } from 'vitest';
import { choose, parts, readLock, type LockedPackage } from '../../sandbox/image/lock.ts';
import { moduleClosure } from '../../sandbox/image/modules.ts';
import { parsePackages, readPackages } from '../../sandbox/image/packages.ts';
import { debFile, type Stanza } from '../../sandbox/image/apt.ts';

const stanza = (name: string, version: string, sha256: string): Stanza => ({ name, version, architecture: 'amd64', sha256, size: 1 });
const pin = (name: string, version: string, sha256: string): LockedPackage => stanza(name, version, sha256);

test('the list is read by section, comments and optional packages included', () => {
  const lists = parsePackages('# head\n[guest]\nbash # a shell\n? maybe\n\n[modules]\noverlay\n');
  expect(lists.guest).toEqual([{ name: 'bash', optional: false }, { name: 'maybe', optional: true }]);
  expect(lists.modules).toEqual([{ name: 'overlay', optional: false }]);
});

test.each([
  ['bash\n', 'packages.txt:1: bash stands before the first section'],
  ['[guest]\n[gest]\n', 'packages.txt:2: no section is called [gest]'],
])('a list that is wrong says where: %j', (text, message) => {
  expect(() => parsePackages(text)).toThrow(message);
});

test('no container engine is in the guest', () => {
  const names = readPackages().guest.map(({ name }) => name);
  const locked = Object.values(readLock().releases).flatMap((release) => release.guest.map(({ name }) => name));
  for (const engine of ['runc', 'crun', 'bubblewrap', 'docker.io', 'podman', 'containerd', 'lxc', 'systemd-container', 'rootlesskit', 'uidmap']) {
    expect([...names, ...locked]).not.toContain(engine);
  }
});

test.each(['foreign', 'machine'] as const)('what is %s comes on top of the guest', (part) => {
  for (const release of Object.values(readLock().releases)) {
    const names = new Set(release.guest.map(({ name }) => name));
    expect(release[part].map(({ name }) => name).filter((name) => names.has(name))).toEqual([]);
  }
});

test('the lock has every package that the list asks for, each with its SHA-256', () => {
  const lists = readPackages();
  const releases = Object.values(readLock().releases);
  expect(releases.length).toBeGreaterThan(0);
  for (const release of releases) {
    for (const part of parts) {
      // What the guest has, a machine needs no second time.
      const names = [...release[part], ...(part === 'machine' ? release.guest : [])].map(({ name }) => name);
      for (const wanted of lists[part]) if (!wanted.optional) expect(names).toContain(wanted.name);
      for (const { sha256 } of release[part]) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    }
  }
});

test('what is locked is taken where the archive has it; else the newest, with a line; else it is missing', () => {
  const offered = new Map([
    ['bash', [stanza('bash', '5.2-2', 'b2'), stanza('bash', '5.2-1', 'b1')]],
    ['sed', [stanza('sed', '4.9-2', 's2')]],
  ]);
  const { take, moved, missing } = choose([pin('bash', '5.2-1', 'b1'), pin('sed', '4.9-1', 's1'), pin('gone', '1', 'g')], offered);
  expect(take.map(({ name, version }) => `${name} ${version}`)).toEqual(['bash 5.2-1', 'sed 4.9-2']);
  expect(moved).toEqual(['sed 4.9-1 → 4.9-2']);
  expect(missing).toEqual(['gone']);
});

test('the same version with other content is not what was locked', () => {
  const { take, moved } = choose([pin('bash', '5.2-1', 'mine')], new Map([['bash', [stanza('bash', '5.2-1', 'theirs')]]]));
  expect(take[0]?.sha256).toBe('theirs');
  expect(moved).toEqual(['bash 5.2-1 → 5.2-1']);
});

test('a .deb is named as apt-get names it: the epoch escaped', () => {
  expect(debFile(stanza('zlib1g', '1:1.2.13.dfsg-1', 'x'))).toBe('zlib1g_1%3a1.2.13.dfsg-1_amd64.deb');
});

test('modules come with what they depend on; builtin ones need no file; unknown ones are named', () => {
  const dep = 'kernel/net/bridge/bridge.ko: kernel/net/802/stp.ko kernel/net/llc/llc.ko\nkernel/net/802/stp.ko: kernel/net/llc/llc.ko\n'
    + 'kernel/net/llc/llc.ko:\nkernel/net/ipv4/tcp-x.ko:\n';
  expect(moduleClosure(dep, 'kernel/fs/ext4/ext4.ko\n', ['bridge', 'tcp_x', 'ext4'])).toEqual([
    'kernel/net/802/stp.ko', 'kernel/net/bridge/bridge.ko', 'kernel/net/ipv4/tcp-x.ko', 'kernel/net/llc/llc.ko',
  ]);
  expect(() => moduleClosure(dep, '', ['zfs'])).toThrow('this kernel has no module zfs');
});
