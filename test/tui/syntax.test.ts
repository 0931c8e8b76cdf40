/** Files that do not parse, found by Node's own type stripper. */
import { expect, test } from 'vitest';
import { firstSyntaxProblem, problemIn } from '../../src/tui/effects/syntax.ts';

const file = (path: string, text: string) => ({ path, base64: Buffer.from(text).toString('base64') });

test('the first file that does not parse, with its line', async () => {
  const files = [file('a.ts', 'export const a: number = 1;\n'), file('run.ts', 'const a = 1;\nconst b = ;\n'), file('z.ts', '}{'), file('README.md', '}{')];
  expect(await firstSyntaxProblem(files)).toMatchObject({ file: 'run.ts', line: 2, message: expect.stringContaining('const b = ;') as string });
});

test('what Node cannot strip is a problem, too', async () => {
  expect(await firstSyntaxProblem([file('a.ts', 'enum A { b }\n')])).toMatchObject({ file: 'a.ts', line: 1, message: expect.stringContaining('enum') as string });
});

test('nothing, where everything parses or there is nothing to parse', async () => {
  expect(await firstSyntaxProblem([file('a.ts', 'type A = string;\n')])).toBeUndefined();
  expect(await firstSyntaxProblem([file('box.py', '}{')])).toBeUndefined();
  expect(problemIn('')).toBeUndefined();
});
