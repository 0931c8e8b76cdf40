import { describe, expect, test } from 'vitest';
import { type Facts, findings } from '../../src/cli/doctor/findings.ts';
import { temporaryFolder, write } from '../lesson/fixture.ts';
import { drydock } from './harness.ts';

const well: Facts = {
  node: { version: '24.21.0', pinned: '24.21.0' },
  machine: {
    platform: 'linux', arch: 'x64', system: 'Debian GNU/Linux 12 (bookworm)', kind: 'uml', root: false, missingCommands: [],
    cache: { folder: '/home/me/.cache/drydock', writable: true, freeBytes: 9e9, neededBytes: 1.4e9 },
    kernel: { id: 'sha256:0123456789abcdef', image: '/i' }, namespaces: { possible: true }, sudo: false,
  },
  answer: { ok: true, ms: 1234, release: '6.1.0 (uml)' },
  workspace: { folder: '/w', writable: true, why: '' },
  progress: { problem: null, next: [], notice: null },
  editor: 'vim',
  terminal: { is: true, name: 'xterm', columns: 80, rows: 24, utf8: true },
};
const machine = (more: Partial<Facts['machine']>): Partial<Facts> => ({ machine: { ...well.machine, ...more } });
const line = (facts: Facts, id: string) => {
  const { state, found, remedy } = findings(facts).find((finding) => finding.id === id)!;
  return [state, found, ...remedy].join(' | ');
};

describe('findings', () => {
  test('where all is well, all is ok, and nothing has to be done', () => {
    expect(findings(well).map((finding) => [finding.state, finding.remedy])).toEqual(Array.from({ length: 11 }, () => ['ok', []]));
  });

  test.each<[string, Partial<Facts>, string]>([
    ['node', { node: { version: '22.1.0', pinned: '24.21.0' } }, 'note | 22.1.0; the pinned one is 24.21.0 | `npm start`'],
    ['platform', machine({ platform: 'darwin', system: 'darwin', arch: 'arm64', kernel: null }), 'blocked | darwin, darwin on arm64 | The private kernel runs on x86-64 Linux only. | Or run it in the virtual machine: vagrant up'],
    ['platform', machine({ arch: 'arm64' }), 'blocked | '],
    ['platform', machine({ arch: 'arm64', kind: 'here' }), 'ok | '],
    ['packages', machine({ missingCommands: ['apt-get', 'flock'], kernel: null }), 'blocked | apt-get, flock are missing | The private kernel is fetched as Debian packages'],
    ['packages', machine({ missingCommands: ['apt-get'] }), 'note | apt-get is missing | The kernel is set up already'],
    ['namespaces', machine({ namespaces: { possible: false, obstacle: 'apparmor' } }), 'note | none without root rights'],
    ['namespaces', machine({ namespaces: { possible: false, obstacle: 'apparmor' } }), 'sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0'],
    ['namespaces', machine({ namespaces: { possible: false, obstacle: 'unprivileged_userns_clone' } }), 'sudo sysctl kernel.unprivileged_userns_clone=1'],
    ['namespaces', machine({ namespaces: { possible: false, obstacle: 'max_user_namespaces' } }), 'sudo sysctl user.max_user_namespaces=10000'],
    ['namespaces', machine({ namespaces: { possible: false, obstacle: 'unknown' } }), 'seccomp=unconfined'],
    ['root', machine({ kind: 'here', sudo: false }), 'blocked | not to be had'],
    ['root', machine({ kind: 'here', sudo: true }), 'ok | to be had'],
    ['cache', machine({ kernel: null, cache: { ...well.machine.cache, freeBytes: 1e8 } }), 'blocked | /home/me/.cache/drydock, 0.1 GB free | The set-up needs 1.4 GB: make room there, | or set DRYDOCK_CACHE'],
    ['cache', machine({ kernel: null, cache: { ...well.machine.cache, writable: false } }), 'blocked | /home/me/.cache/drydock, not writable | Set DRYDOCK_CACHE'],
    ['cache', machine({ cache: { ...well.machine.cache, freeBytes: 1e8 } }), 'ok | '],
    ['kernel', machine({ kernel: null }), 'note | not set up yet | `npm start` sets it up'],
    ['answer', { answer: null }, 'note | not asked'],
    ['answer', { answer: { ok: false, message: 'it did not boot', next: ['do this'] } }, 'blocked | it did not boot | do this'],
    ['workspace', { workspace: { folder: '/w', writable: false, why: 'EROFS' } }, 'blocked | /w cannot be written (EROFS) | Look at its owner and mode'],
    ['progress', { progress: { problem: 'newer', next: ['update'], notice: null } }, 'blocked | newer | update'],
    ['progress', { progress: { problem: null, next: [], notice: 'it was damaged' } }, 'note | it was damaged'],
    ['editor', { editor: null }, 'note | none found | Set VISUAL or EDITOR'],
    ['terminal', { terminal: { is: false, name: '', columns: 0, rows: 0, utf8: true } }, 'note | none | The tutor needs a terminal'],
    ['terminal', { terminal: { is: true, name: 'dumb', columns: 30, rows: 9, utf8: false } }, 'note | dumb, 30×9 | The tutor wants 40×10 at least, and is at home in 80×24. | The locale is not UTF-8'],
  ])('%s: %#', (id, more, words) => {
    expect(line({ ...well, ...more }, id)).toContain(words);
  });
});

describe('the command', () => {
  test('looks at this very machine, says each thing in words, and downloads nothing', async () => {
    using folder = temporaryFolder();
    const { exit, out } = await drydock(['doctor', '--workspace', folder.path], { root: new URL('../..', import.meta.url).pathname, env: { DRYDOCK_CACHE: `${folder.path}/cache`, PATH: process.env['PATH'], LANG: 'C.UTF-8' } });
    expect(out.split('\n').filter(Boolean).every((text) => /^(ok {5}|note {3}|BLOCKED|  )/.test(text) || text.startsWith('Nothing stands') || text.startsWith('Lessons can'))).toBe(true);
    expect(out).toContain('Private kernel   not set up yet');
    expect([0, 3]).toContain(exit);
    expect(out.includes('BLOCKED')).toBe(exit === 3);
    expect(out.split('\n').filter((text) => text.length > 80)).toEqual([]);
  });

  test('a newer progress file is a blocker, and the JSON says so', async () => {
    using folder = temporaryFolder();
    write(folder.path, { 'progress.json': '{"version": 3}' });
    const { exit, out } = await drydock(['doctor', '--json', '--workspace', folder.path], { root: new URL('../..', import.meta.url).pathname, env: { DRYDOCK_CACHE: `${folder.path}/cache`, PATH: process.env['PATH'] } });
    expect(exit).toBe(3);
    const report = JSON.parse(out) as { ready: boolean; findings: { id: string; state: string; found: string }[] };
    expect(report.ready).toBe(false);
    expect(report.findings.find((finding) => finding.id === 'progress')).toMatchObject({ state: 'blocked', found: expect.stringContaining('newer Drydock') as string });
  });
});
