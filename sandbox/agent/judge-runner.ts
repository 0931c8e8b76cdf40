/**
 * The test runner that vitest uses in the judge: vitest's own, which also tells us of every test as it ends (its updates
 * are held back for up to 100 ms), keeps test files it has imported, and leaves snapshots alone.
 *
 * vitest imports this file by its path (`runner` of its configuration); it lives in the same thread as the judge.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { TestRunner } from 'vitest';
import type { RunnerTask, RunnerTestCase, RunnerTestFile, RunnerTestSuite } from 'vitest';
import { collectAgain, startCollecting } from '../check/collected.ts';
import type { Collected } from '../check/collected.ts';

/** Who wants to know. `file` gets what kept a file from being collected. */
export type Listener = { test(test: RunnerTestCase): void; file(problem: string): void };

let listener: Listener | undefined;

/** Sets who is told, until it is disposed of. */
export function listening(to: Listener): Disposable {
  listener = to;
  return {
    [Symbol.dispose]() {
      listener = undefined;
    },
  };
}

/**
 * The lessons that a file defined, by the SHA-256 of it and its fixtures: a file is imported once, however often it is judged.
 * So what it reads of its fixtures it reads while it is imported; its folder is gone afterwards.
 */
const imported = new Map<string, Collected[]>();

export default class JudgeRunner extends TestRunner {
  #cancelled = false;

  override async importFile(file: string): Promise<void> {
    const content = contentOf(file);
    const known = imported.get(content);
    if (known) {
      collectAgain(known);
      return;
    }
    const collected = startCollecting();
    await import(`${pathToFileURL(file).href}?${content}`);
    imported.set(content, collected);
  }

  onCollected(files: RunnerTestFile[]): void {
    for (const { result } of files) result?.errors?.forEach((error) => listener?.file(`${error.name ?? 'Error'}: ${error.message}`));
  }

  override cancel(): void {
    this.#cancelled = true;
  }

  override async onBeforeRunTask(test: RunnerTask): Promise<void> {
    if (this.#cancelled) test.mode = 'skip';
  }

  override async onBeforeRunSuite(suite: RunnerTestSuite): Promise<void> {
    if (this.#cancelled) suite.mode = 'skip';
  }

  override async onAfterRunSuite(suite: RunnerTestSuite): Promise<void> {
    if (suite.type === 'suite') suite.result?.errors?.forEach((error) => listener?.file(`${error.name ?? 'Error'}: ${error.message}`));
  }

  override onBeforeTryTask(): void {}
  override onAfterTryTask(): void {}

  override onAfterRunTask(test: RunnerTask): void {
    if (test.type === 'test') listener?.test(test);
  }
}

/** The SHA-256 of a check file and of everything in the folder `fixtures` beside it. */
function contentOf(file: string): string {
  const hash = createHash('sha256').update(fs.readFileSync(file));
  const fixtures = path.join(path.dirname(file), 'fixtures');
  for (const entry of fs.existsSync(fixtures) ? fs.readdirSync(fixtures, { recursive: true, withFileTypes: true }) : []) {
    if (!entry.isFile()) continue;
    const name = path.join(entry.parentPath, entry.name);
    hash.update(`\0${path.relative(fixtures, name)}\0`).update(fs.readFileSync(name));
  }
  return hash.digest('hex');
}
