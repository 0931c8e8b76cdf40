import { expect, test } from 'vitest';
import { snapshot } from '../../sandbox/diagnose/snapshot.ts';
import { ParseError } from '../../sandbox/observe/errors.ts';
import { Child, self } from '../observe/children.ts';

test('a living process is described whole, as plain data', async () => {
  await using child = new Child(['unshare', '-Urpfm', '--mount-proc', 'sleep', '1010.5']);
  const command = await child.running(['sleep', '1010.5']);
  const facts = snapshot(command);
  expect(facts).toMatchObject({
    pid: command.pid, label: command.label, pids: [command.pid, 1], parent: child.pid, state: 'S', argv: ['sleep', '1010.5'], root: '/', cwd: process.cwd(),
    namespaces: { pid: command.namespace('pid').value, user: command.namespace('user').value },
    threadNamespaces: { pid: [command.namespace('pid').value] }, pidForChildren: command.namespace('pid').value,
    status: { threads: 1 }, uidMap: [{ inside: 0 }],
  });
  expect(facts.mounts?.find((mount) => mount.mountPoint === '/proc')?.type).toBe('proc');
  expect(facts.evidence.pids).toEqual([{ source: `/proc/${command.pid}/status`, lines: [`NSpid:\t${command.pid}\t1`] }]);
  for (const field of Object.keys(facts).filter((key) => !['pid', 'label', 'evidence'].includes(key))) expect(facts.evidence).toHaveProperty(field);
  expect(structuredClone(facts)).toEqual(facts);
  expect(JSON.parse(JSON.stringify({ ...facts, status: undefined }))).toMatchObject({ argv: ['sleep', '1010.5'] });
});

test('every thread of a process with several', () => {
  const facts = snapshot(self());
  expect(facts.threadNamespaces?.uts?.length).toBe(self().threads().value.length);
  expect(new Set(facts.threadNamespaces?.uts)).toEqual(new Set([facts.namespaces?.uts]));
});

test('a process that has gone leaves its number and no error', async () => {
  await using child = new Child(['sleep', '1011.5']);
  const command = await child.running(['sleep', '1011.5']);
  await child.kill();
  expect(snapshot(command)).toEqual({ pid: command.pid, label: command.label, evidence: {} });
});

test('a kernel text that cannot be read is not kept quiet', () => {
  const broken = { ...self(), mounts: () => { throw new ParseError('/proc/1/mountinfo', 'x', 'expected more'); } };
  expect(() => snapshot(broken)).toThrow(ParseError);
});
