/**
 * Results on disk: one file for each, complete or absent, whatever kills us.
 *
 * A result is written beside its place and renamed into it (rename(2) is atomic), after its bytes have reached the disk.
 */
import fs from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { fileError } from '../errors.ts';
import { isRunning } from './scratch.ts';
import { type SubmissionResult, SubmissionResultSchema } from './result.ts';

/** The most a result's file may be, in bytes: a damaged or planted one must not fill the memory. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Writes a file below `folder` whole or not at all; folders are made. Throws UserError. */
export function writeAtomic(file: string, text: string | Buffer, mode = 0o644): void {
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.new`);
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    const fd = fs.openSync(temporary, 'w', mode);
    try {
      fs.writeFileSync(fd, text);
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
    fs.renameSync(temporary, file);
  } catch (cause) {
    fs.rmSync(temporary, { force: true });
    throw fileError(`${file} could not be written`, cause);
  }
}

/** The results of one output folder. */
export class ResultStore {
  readonly #folder: string;

  constructor(out: string) {
    this.#folder = path.join(out, 'results');
  }

  /** The result with this key; undefined where there is none, or none that is whole. */
  get(key: string): SubmissionResult | undefined {
    const read = readResult(path.join(this.#folder, `${key}.json`));
    return read?.key === key ? read : undefined;
  }

  put(result: SubmissionResult): void {
    writeAtomic(path.join(this.#folder, `${result.key}.json`), `${JSON.stringify(result, null, 1)}\n`);
  }

  /** Removes what a killed process left half written. */
  sweep(): void {
    for (const name of namesIn(this.#folder)) {
      const pid = /\.(\d+)\.new$/.exec(name)?.[1];
      if (pid !== undefined && !isRunning(Number(pid))) fs.rmSync(path.join(this.#folder, name), { force: true });
    }
  }
}

/** Reads one result's file. Undefined where it is not there, not whole, or not a result. */
export function readResult(file: string): SubmissionResult | undefined {
  try {
    const stat = fs.statSync(file);
    if (!stat.isFile() || stat.size > MOST_BYTES) return undefined;
    const read = v.safeParse(SubmissionResultSchema, JSON.parse(fs.readFileSync(file, 'utf8')));
    return read.success ? read.output : undefined;
  } catch {
    return undefined;
  }
}

export function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder).sort();
  } catch {
    return [];
  }
}
