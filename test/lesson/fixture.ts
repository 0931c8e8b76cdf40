/** The tiny course of the tests, and folders that go away by themselves. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** The root of the tiny course. Read only: tests that write take a copy. */
export const tinyRoot = path.resolve(import.meta.dirname, '../fixtures/course');

/** The workbook's own checkout. */
export const checkout = path.resolve(import.meta.dirname, '../..');

export type Folder = Disposable & { path: string };

/** An empty folder, its name with a space and a letter outside ASCII. Removed at the end of the scope. */
export function temporaryFolder(): Folder {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'drydock tëst '));
  return {
    path: folder,
    [Symbol.dispose]: () => fs.rmSync(folder, { recursive: true, force: true }),
  };
}

/** A copy of the tiny course that may be written. */
export function tinyCopy(): Folder {
  const folder = temporaryFolder();
  fs.cpSync(tinyRoot, folder.path, { recursive: true });
  return folder;
}

/** Writes files below a folder, parents included. */
export function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  }
}

export function read(folder: string, name: string): string {
  return fs.readFileSync(path.join(folder, name), 'utf8');
}
