/**
 * The house rules that a machine can hold: which part may import which, who may know ink and marked, how long a file is.
 *
 * CONTRIBUTING.md draws the same picture in words.
 */
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');

/** What each room may import, besides itself and packages. Arrows go down only. */
const mayImport: Record<string, string[]> = {
  'src/main.ts': ['src/cli', 'src/errors.ts'],
  'src/cli': ['src/trace', 'src/parity', 'src/drill', 'src/tui', 'src/author', 'src/grade', 'src/report', 'src/check', 'src/lesson', 'src/progress', 'src/errors.ts'],
  'src/tui': ['src/trace', 'src/parity', 'src/drill', 'src/report', 'src/check', 'src/lesson', 'src/progress', 'src/errors.ts'],
  'src/trace': ['src/report', 'src/check', 'src/lesson', 'src/errors.ts'],
  'src/author': ['src/report', 'src/check', 'src/lesson', 'src/progress', 'src/errors.ts', 'sandbox/diagnose'],
  'src/report': ['src/parity', 'src/grade', 'src/check', 'src/errors.ts'],
  'src/parity': ['src/check', 'src/lesson', 'src/errors.ts'],
  'src/drill': ['src/check', 'src/lesson', 'src/progress', 'src/errors.ts', 'sandbox/diagnose'],
  'src/grade': ['src/check', 'src/lesson', 'src/errors.ts'],
  'src/check': ['src/lesson', 'src/progress', 'src/errors.ts', 'sandbox/launch', 'sandbox/wire'],
  'src/lesson': ['src/errors.ts'],
  'src/progress': ['src/errors.ts'],
  'src/errors.ts': [],
  'sandbox/launch': ['sandbox/image', 'sandbox/wire', 'src/errors.ts'],
  'sandbox/image': ['sandbox/wire', 'src/errors.ts'],
  'sandbox/agent': ['sandbox/trace', 'sandbox/parity', 'sandbox/check', 'sandbox/wall', 'sandbox/diagnose', 'sandbox/observe', 'sandbox/wire'],
  'sandbox/trace': ['sandbox/diagnose', 'sandbox/observe', 'sandbox/wire'],
  'sandbox/check': ['sandbox/wall', 'sandbox/diagnose', 'sandbox/observe', 'sandbox/wire'],
  'sandbox/parity': ['sandbox/check', 'sandbox/wall', 'sandbox/observe', 'sandbox/wire'],
  'sandbox/foreign': [],
  'sandbox/wall': ['sandbox/observe', 'sandbox/wire'],
  'sandbox/diagnose': ['sandbox/observe', 'sandbox/wire'],
  'sandbox/observe': ['sandbox/wire'],
  'sandbox/wire': [],
};

/** Packages that only one room may know. */
const onlyIn: Record<string, string[]> = {
  ink: ['src/tui'],
  react: ['src/tui'],
  marked: ['src/lesson'],
};

const LONGEST = 330;

type Source = { file: string; text: string; lines: number };

function sources(folder: string): Source[] {
  return fs.readdirSync(path.join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(ts|tsx|mjs)$/.test(entry.name))
    .map((entry) => {
      const text = fs.readFileSync(path.join(entry.parentPath, entry.name), 'utf8');
      return { file: path.relative(root, path.join(entry.parentPath, entry.name)), text, lines: text.split('\n').length };
    });
}

/** The room a file lies in: a floor of src or sandbox, or one of the files that stand alone. */
function roomOf(file: string): string {
  const parts = file.split('/');
  return parts.length === 2 ? file : `${parts[0]}/${parts[1]}`;
}

function importsOf(source: Source): string[] {
  const found = source.text.matchAll(/(?:^|\n)\s*(?:import|export)\b[^'";]*?from\s*'([^']+)'|import\(\s*'([^']+)'\s*\)|(?:^|\n)import '([^']+)'/g);
  return [...found].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

const house = [...sources('src'), ...sources('sandbox')];

test('there is a house to look at', () => {
  expect(house.length).toBeGreaterThan(20);
});

test.each(house)('$file imports only downwards', (source) => {
  const room = roomOf(source.file);
  const allowed = mayImport[room];
  expect(allowed, `${room} is not drawn in test/house.test.ts`).toBeDefined();
  for (const specifier of importsOf(source)) {
    if (!specifier.startsWith('.')) continue;
    const target = path.relative(root, path.resolve(root, path.dirname(source.file), specifier));
    if (target.endsWith('.json')) continue;
    const to = roomOf(target);
    if (to !== room) expect(allowed, `${source.file} imports ${target}`).toContain(to);
  }
});

test.each(house)('$file knows only its own packages', (source) => {
  for (const specifier of importsOf(source)) {
    const name = specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : specifier.split('/')[0] ?? '';
    const rooms = onlyIn[name];
    if (rooms) expect(rooms, `${source.file} imports ${name}`).toContain(roomOf(source.file));
  }
});

test.each(house)('$file is short enough to read in one go', (source) => {
  expect(source.lines).toBeLessThanOrEqual(LONGEST);
});
