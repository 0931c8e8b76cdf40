/** Which editor is opened, and how. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { chooseEditor, edit, openWindow } from '../../src/tui/effects/editor.ts';

describe('which', () => {
  const none = () => false;
  test.each([
    [{ VISUAL: 'vim', EDITOR: 'nano' }, none, { name: 'vim', window: false }],
    [{ EDITOR: 'nano' }, none, { name: 'nano', window: false }],
    [{ VISUAL: ' ', EDITOR: 'nano' }, none, { name: 'nano' }],
    [{ EDITOR: '/usr/bin/code --wait' }, none, { name: 'code', window: true, command: '/usr/bin/code --wait' }],
    [{}, (name: string) => name === 'vi', { name: 'vi', command: 'vi' }],
    [{}, (name: string) => ['vi', 'nano'].includes(name), { name: 'nano' }],
  ])('%j', (env, installed, expected) => {
    expect(chooseEditor(env, installed)).toMatchObject(expected);
  });

  test('none at all', () => {
    expect(chooseEditor({ PATH: '/nowhere:' })).toBeUndefined();
  });

  test('looks on the PATH', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'path-'));
    onTestFinished(() => fs.rmSync(folder, { recursive: true }));
    fs.writeFileSync(path.join(folder, 'nano'), '', { mode: 0o755 });
    fs.writeFileSync(path.join(folder, 'editor'), '', { mode: 0o644 });
    expect(chooseEditor({ PATH: `/nowhere:${folder}` })?.name).toBe('nano');
  });
});

describe('how', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'edit ü '));
  afterAll(() => fs.rmSync(folder, { recursive: true }));
  const script = path.join(folder, 'ed.sh');
  fs.writeFileSync(script, '#!/bin/sh\nprintf "%s\\n" "$@" > said\n', { mode: 0o755 });
  const env = { PATH: process.env['PATH'] };

  test('its own arguments are split as a shell does, file names stay whole', () => {
    expect(edit({ command: `'${script}' --flag 'two words'`, name: 'ed.sh', window: false }, ["a 'b'.ts", '$x.ts'], { cwd: folder, env })).toBeUndefined();
    expect(fs.readFileSync(path.join(folder, 'said'), 'utf8').split('\n')).toEqual(['--flag', 'two words', "a 'b'.ts", '$x.ts', '']);
  });

  test('one that is not there is said', () => {
    expect(edit({ command: '/no/such/editor', name: 'editor', window: false }, ['a.ts'], { cwd: folder, env })).toBe('not found');
    expect(edit({ command: folder.replaceAll(' ', '\\ '), name: 'folder', window: false }, ['a.ts'], { cwd: folder, env })).toBe('not executable');
  });

  test('a window of its own is not waited for', async () => {
    const why = vi.fn();
    openWindow({ command: '/no/such/editor', name: 'code', window: true }, ['a.ts'], { cwd: folder, env }, why);
    expect(why).not.toHaveBeenCalled();
    await vi.waitFor(() => expect(why).toHaveBeenCalledWith('not found'));
  });

  test('whoever listened for Ctrl-C listens again afterwards', async () => {
    const listener = vi.fn();
    process.on('SIGINT', listener);
    try {
      edit({ command: 'true', name: 'true', window: false }, [], { cwd: folder, env });
      expect(process.listeners('SIGINT')).not.toContain(listener);
      await vi.waitFor(() => expect(process.listeners('SIGINT')).toContain(listener));
    } finally {
      process.off('SIGINT', listener);
    }
  });
});
