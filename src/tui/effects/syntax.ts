/**
 * Finds a TypeScript file that does not even parse, and the line, so that a page of failures has one plain reason.
 *
 * It asks Node's own type stripper, which is what will run the file; in a process of its own, because the stripper takes a
 * quarter of a second and twenty megabytes when it is first used.
 */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import type { WireFile } from '../../check/wire.ts';
import type { SyntaxProblem } from '../state/check.ts';

/** Reads a JSON list of [path, text], writes the stack of the first error with its path. */
const child = `
import { stripTypeScriptTypes } from 'node:module';
import { readFileSync } from 'node:fs';
for (const [path, source] of JSON.parse(readFileSync(0, 'utf8'))) {
  try { stripTypeScriptTypes(source); }
  catch (error) { console.log(JSON.stringify({ path, stack: error.stack, message: error.message })); break; }
}`;

/** Milliseconds; a file that keeps the parser busy for longer has other problems. */
const TIME_LIMIT = 5000;

/** The first problem in order of path; undefined where every file parses, or nobody can tell. */
export async function firstSyntaxProblem(files: readonly WireFile[]): Promise<SyntaxProblem | undefined> {
  const sources = files.filter((file) => /\.[cm]?ts$/.test(file.path));
  if (sources.length === 0) return undefined;
  const pairs = sources.map((file) => [file.path, Buffer.from(file.base64, 'base64').toString('utf8')]);
  try {
    return problemIn(await ask(JSON.stringify(pairs)));
  } catch {
    // No process to be had: the checks say what is wrong, in more words.
    return undefined;
  }
}

async function ask(input: string): Promise<string> {
  const stripper = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', child], {
    stdio: ['pipe', 'pipe', 'ignore'], timeout: TIME_LIMIT, killSignal: 'SIGKILL',
  });
  const failed = new Promise<never>((_, reject) => stripper.once('error', reject));
  stripper.stdin.on('error', () => undefined);
  stripper.stdin.end(input);
  return Promise.race([text(stripper.stdout), failed]);
}

/** The stack begins with `:LINE`, the line and a mark under the place. */
export function problemIn(output: string): SyntaxProblem | undefined {
  if (output.trim() === '') return undefined;
  const { path, stack, message } = JSON.parse(output) as { path: string; stack: string; message: string };
  const [, number, excerpt = ''] = /^[^\n]*:(\d+)\n([\s\S]*?)\n\s*\n/.exec(stack) ?? [];
  const line = Number(number ?? 0);
  return { file: path, line, message: excerpt.trim() === '' ? message : `${message}\n${excerpt}` };
}
