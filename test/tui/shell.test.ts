import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { runShell } from '../../src/tui/effects/shell.ts';
import type { RunHandle, Sandbox } from '../../src/check/types.ts';
import type { Ending } from '../../src/check/wire.ts';
import { FakeSandbox } from './fake-sandbox.ts';

/** A sandbox whose shell says what the test lets it say. */
class Talking extends FakeSandbox {
  say: (text: string) => void = () => {};
  signals: string[] = [];
  readonly end = Promise.withResolvers<{ ending: Ending; leftovers: [] }>();

  override run(...[, onOutput]: Parameters<Sandbox['run']>): RunHandle {
    this.say = (text) => onOutput('stdout', Buffer.from(text));
    return { write: () => {}, end: () => {}, resize: () => {}, signal: (name) => void this.signals.push(name), finish: () => {}, started: Promise.resolve(3), ended: this.end.promise };
  }
}

function open(): { sandbox: Talking; stdin: PassThrough; shown: () => string; shell: ReturnType<typeof runShell> } {
  const sandbox = new Talking();
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  let text = '';
  stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { sandbox, stdin, shown: () => text, shell: runShell(sandbox, [], { stdin, stdout }, {}) };
}

test('what a shell says comes to the terminal until it has ended', async () => {
  const { sandbox, shown, shell } = open();
  sandbox.say('# ');
  sandbox.end.resolve({ ending: { code: 0, signal: null }, leftovers: [] });
  expect(await shell).toEqual({ code: 0, signal: null });
  expect(shown()).toBe('# ');
});

test('a shell that was left with Ctrl-] is hung up, and what it still says stays off the screen', async () => {
  const { sandbox, stdin, shown, shell } = open();
  sandbox.say('# ');
  stdin.write('\u001d');
  expect(await shell).toBe('left');
  expect(sandbox.signals).toEqual(['SIGHUP']);
  sandbox.say('root@drydock:/work# ');
  await new Promise((resolve) => setImmediate(resolve));
  expect(shown()).toBe('# \r\n');
});
