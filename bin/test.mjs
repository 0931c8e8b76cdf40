/**
 * `npm test`: sets up everything, the kernel too, then checks the types, the course and the code, and ends with the worst
 * of their exit codes. With arguments only the tests they name are run: `npm test -- test/launch`.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDir, ensureBundle } from './setup/bundle.mjs';
import { hasPackages, installPackages } from './setup/npm.mjs';
import { findNode, runInPlace } from './setup/pinned.mjs';
import { complain, note, SetupError } from './setup/say.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** @param {string[]} args @returns {Promise<number>} */
async function main(args) {
  const node = findNode(root);
  if (!node) throw new SetupError(`The tests need Linux; this is ${process.platform} on ${process.arch}.`, ['vagrant up, then in the machine: drydock --help']);
  if (!hasPackages(root)) await installPackages(root);
  const env = { ...process.env, DRYDOCK_ROOT: root, PATH: `${path.join(root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}` };
  /** @param {string[]} argv @param {(text: string) => void} [onOutput] */
  const run = (argv, onOutput) => runInPlace(node, ['--disable-warning=ExperimentalWarning', ...argv], env, onOutput);

  const setUp = path.join(root, 'sandbox/launch/setup.ts');
  const kernel = await run([setUp]);
  if (kernel !== 0) return kernel;
  const program = await ensureBundle(root, node, cacheDir());

  const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
  if (args.length > 0) return run([vitest, 'run', ...args]);
  const codes = new Map();
  await run([setUp, 'foreign']); // Where that fails, the test that needs it says so.
  note('types');
  codes.set('types', await run([path.join(root, 'node_modules/typescript/bin/tsc'), '-p', root]));
  note('course');
  let course = '';
  codes.set('course', await run([program, 'course', 'check', '--quick', '--json'], (text) => (course += text)));
  note('tests');
  const report = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'drydock-test-')), 'report.json');
  codes.set('tests', await run([vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]));

  // Last, so that what is wrong with the course does not lie above thousands of tests.
  for (const line of problems(course)) console.log(line);
  const words = [...codes].map(([what, code]) => `${what} ${code === 0 ? 'passed' : `failed (${code})`}`);
  console.log(`${words.join(' · ')} · vitest: ${summary(report)}`);
  return Math.max(...codes.values());
}

/** What the course check has found, a line each, as it says it in words. @param {string} json @returns {string[]} */
function problems(json) {
  try {
    return JSON.parse(json).problems.map((/** @type {{ file: string, line: number, message: string }} */ { file, line, message }) => `${file}:${line}: ${message}`);
  } catch {
    return ['The course check did not run to its end.'];
  }
}

/** The numbers of vitest's own report, in one line. @param {string} report */
function summary(report) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTotalTests } = JSON.parse(fs.readFileSync(report, 'utf8'));
    return `Tests ${numFailedTests} failed | ${numPassedTests} passed | ${numPendingTests} skipped (${numTotalTests})`;
  } catch {
    return 'Tests did not run to their end';
  } finally {
    fs.rmSync(path.dirname(report), { recursive: true, force: true });
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  complain(error);
  process.exitCode = error.exit;
}
