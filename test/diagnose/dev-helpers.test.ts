import { expect, test } from 'vitest';
import * as ask from '../../sandbox/diagnose/dev-helpers.ts';
import type { Scene } from '../../sandbox/diagnose/scene.ts';
import type { FileFacts } from '../../sandbox/observe/inside.ts';
import { mounts, processFacts, scene } from './facts.ts';

const file = (more: Partial<FileFacts> = {}): FileFacts => ({ kind: 'character', mode: 0o666, uid: 0, gid: 0, size: 0, links: 1, inode: 3, device: '0:30', path: '/dev/pts/0', node: '136:0', ...more });
const host = processFacts(1, { mounts: mounts('20 1 /', '21 20 /dev', '22 21 /dev/pts rw - devpts') });
const command = processFacts(412, { mounts: mounts('40 1 /', '41 40 /dev', '22 41 /dev/pts rw - devpts', '43 40 /device') });
const asked = { asked: { flags: ['--rootfs', '/r'], command: ['true'] } };
const noting = (notes: Record<string, unknown>): Scene => scene([], { notes: Object.fromEntries(Object.entries(notes).map(([key, value]) => [key, { name: key, value, evidence: [] }])) });

test('commands in images, and only those that were seen', () => {
  const all = scene([{ ...asked, command }, { asked: { flags: [], command: ['true'] }, command: host }, asked]);
  expect(ask.inImages(all)).toEqual([command]);
  expect(ask.someInImage(all, () => true)).toBe(true);
  expect(ask.someInImage(scene([{ ...asked, command: processFacts(5) }]), () => true)).toBe(false);
  expect(ask.someInImage(scene([asked]), () => true)).toBe(false);
});

test('what is the host’s, and what lies below a place', () => {
  const all = scene([{ ...asked, command }], { wall: { before: host, after: host } });
  expect(['/dev', '/dev/pts', '/dev/shm'].map((place) => ask.isHosts(command, all, place))).toEqual([false, true, false]);
  expect(ask.mountsBelow(command, '/dev').map(({ mountPoint }) => mountPoint)).toEqual(['/dev', '/dev/pts']);
  expect(ask.mountsBelow(processFacts(5), '/dev')).toEqual([]);
});

test('noted files and sizes; nothing where nothing was noted', () => {
  const all = noting({ one: file(), none: null, three: [file(), null], size: { rows: 24, columns: 80 } });
  expect([ask.notedFile(all, 'one')?.node, ask.notedFile(all, 'none'), ask.notedFile(all, 'other')]).toEqual(['136:0', null, undefined]);
  expect([ask.notedFiles(all, 'three').length, ask.notedFiles(all, 'other')]).toEqual([2, []]);
  expect([ask.notedSize(all, 'size')?.rows, ask.notedSize(all, 'none'), ask.notedSize(all, 'other')]).toEqual([24, undefined, undefined]);
});

test('terminals, and the same file', () => {
  expect([file(), file({ node: '143:9' }), file({ node: '1:3' }), null, undefined].map((one) => ask.isTerminal(one))).toEqual([true, true, false, false, false]);
  expect([ask.sameFile(file(), file()), ask.sameFile(file(), file({ device: '0:31' })), ask.sameFile(file(), file({ inode: 4 })), ask.sameFile(null, null), ask.sameFile(undefined, file())])
    .toEqual([true, false, false, false, false]);
});
