import { expect, test, vi } from 'vitest';
import { withTypeEdits } from '../../sandbox/launch/strip.ts';
import type { ToAgent, WireFile } from '../../sandbox/wire/messages.ts';
import { applyTypeEdits } from '../../sandbox/wire/typeEdits.ts';

function run(...box: WireFile[]): ToAgent {
  return { id: '1', op: 'run', wall: 'fresh', argv: ['true'], box };
}

function file(path: string, text: string): WireFile {
  return { path, base64: Buffer.from(text).toString('base64') };
}

test('TypeScript gets its edits, all else is left as it is', () => {
  const warned = vi.spyOn(process.stderr, 'write');
  const message = run(file('box.ts', 'const ä: string = "ü" as string;'), file('README.md', 'a: b'), file('broken.ts', 'enum A { a }'), file('worse.ts', '(('));
  const sent = withTypeEdits(message) as Extract<ToAgent, { op: 'run' }>;
  expect(sent.box?.map(({ types }) => types !== undefined)).toEqual([true, false, false, false]);
  expect(applyTypeEdits('const ä: string = "ü" as string;', sent.box?.[0]?.types ?? [])).toBe('const ä         = "ü"          ;');
  expect(warned).not.toHaveBeenCalled();
});

test('messages without a box are the same', () => {
  const message: ToAgent = { id: '1', op: 'hello' };
  expect(withTypeEdits(message)).toBe(message);
});

test('a text that breaks the stripper costs others their edits, and nothing else', () => {
  const deep = file('deep.ts', '('.repeat(100_000));
  expect((withTypeEdits(run(deep)) as { box: WireFile[] }).box).toEqual([deep]);
  const fine = file('fine.ts', 'let a: 1');
  expect((withTypeEdits(run(fine)) as { box: WireFile[] }).box[0]).toMatchObject(fine);
});
