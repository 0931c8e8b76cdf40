/** Lays a lesson's check files where Node can import them: in a folder of the judge's, closed to everybody else. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { WireFile } from '../wire/messages.ts';

/** Where the check file is; disposing removes all of it. */
export type LaidChecks = Disposable & { readonly file: string };

/** The judge's own sources, as they lie in the checkout or in /judge. */
const sandbox = path.resolve(import.meta.dirname, '..');

/** Gives `#check` its meaning in that folder. Node resolves the link below it: check files get the judge's very modules. */
const manifest = { private: true, type: 'module', imports: { '#check': './sandbox/check/index.ts' } };

/**
 * Writes the files into a new folder below `place`, which is the judge's alone. Throws where a path would lead elsewhere, or
 * where there is no checks.test.ts.
 */
export function layChecks(place: string, files: readonly WireFile[]): LaidChecks {
  const folder = path.join(place, `checks-${randomBytes(6).toString('hex')}`);
  const remove = (): void => fs.rmSync(folder, { recursive: true, force: true });
  // 0700: in a wall, the judge's files have an owner that is nobody there.
  fs.mkdirSync(folder, { mode: 0o700 });
  try {
    for (const { path: name, base64 } of files) {
      const target = path.join(folder, name);
      if (!target.startsWith(`${folder}${path.sep}`)) throw new Error(`${JSON.stringify(name)} is no path for a check file`);
      fs.mkdirSync(path.dirname(target), { recursive: true });
      fs.writeFileSync(target, Buffer.from(base64, 'base64'), { mode: 0o600 });
    }
    const file = path.join(folder, 'checks.test.ts');
    if (!fs.existsSync(file)) throw new Error('the lesson has no checks.test.ts');
    fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));
    fs.symlinkSync(sandbox, path.join(folder, 'sandbox'));
    return { file, [Symbol.dispose]: remove };
  } catch (error) {
    remove();
    throw error;
  }
}
