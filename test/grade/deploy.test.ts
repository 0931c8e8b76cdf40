/** The files under deploy/: the scripts are run as each kind of job array runs them, on submissions that need no kernel. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Exit } from '../../src/errors.ts';
import { NEVER } from '../../src/grade/found.ts';
import { Scratch } from './archives.ts';

const root = path.resolve(import.meta.dirname, '../..');
const deploy = path.join(root, 'deploy');
const scratch = new Scratch();
beforeAll(() => {
  for (const name of ['ada', 'bob', 'cyd', 'dan']) scratch.write(`handed-in/${name}/README.md`, name);
});
afterAll(() => scratch[Symbol.dispose]());

const secrets = { DRYDOCK_SEED: 'exam', DRYDOCK_GRADE_SALT: 'pepper' };

function run(script: string, args: readonly string[], env: Record<string, string>): { status: number | null; said: string } {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:SLURM|AWS_BATCH|JOB_COMPLETION|DRYDOCK_(?:SEED|GRADE|PART))/.test(name)));
  const { status, stdout, stderr } = spawnSync(script.endsWith('.sbatch') ? 'bash' : 'sh', [path.join(deploy, script), ...args], { cwd: scratch.folder, env: { ...clean, ...env }, encoding: 'utf8' });
  return { status, said: stdout + stderr };
}

test.each<[string, string, Record<string, string>[]]>([
  ['kubernetes', 'part.sh', [0, 1].map((at) => ({ JOB_COMPLETION_INDEX: String(at), JOB_COMPLETION_COUNT: '2' }))],
  ['batch', 'part.sh', [0, 1].map((at) => ({ AWS_BATCH_JOB_ARRAY_INDEX: String(at), AWS_BATCH_JOB_ARRAY_SIZE: '2' }))],
  ['slurm', 'slurm/grade.sbatch', [3, 4].map((at) => ({ SLURM_ARRAY_TASK_ID: String(at), SLURM_ARRAY_TASK_MIN: '3', SLURM_ARRAY_TASK_COUNT: '2', SLURM_SUBMIT_DIR: root }))],
  ['matrix', 'part.sh', [1, 2].map((at) => ({ DRYDOCK_PART: `${at}/2` }))],
])('%s: two parts are graded and joined', (name, script, parts) => {
  for (const part of parts) expect(run(script, ['handed-in', name, '--lesson', '1'], { ...secrets, ...part })).toMatchObject({ status: 0 });
  const merged = run(name === 'slurm' ? 'slurm/merge.sbatch' : 'merge.sh', [name, '--format', 'csv'], { SLURM_SUBMIT_DIR: root });
  expect(merged).toMatchObject({ status: 0 });
  const book = fs.readFileSync(scratch.at(`${name}/graded/gradebook.json`), 'utf8');
  expect(JSON.parse(book)).toMatchObject({ complete: true, results: { length: 4 } });
  const whole = scratch.at('whole.json');
  if (!fs.existsSync(whole)) fs.writeFileSync(whole, book);
  expect(book).toBe(fs.readFileSync(whole, 'utf8'));
});

test('a part that is missing is named, and joining ends with 1', () => {
  expect(run('part.sh', ['handed-in', 'half', '--lesson', '1'], { ...secrets, DRYDOCK_PART: '2/2' }).status).toBe(0);
  expect(run('merge.sh', ['half', '--format', 'none'], {})).toMatchObject({ status: 1, said: expect.stringContaining('gap: part 1 of 2') });
});

test('what is not set is said', () => {
  expect(run('part.sh', ['handed-in', 'x'], { DRYDOCK_SEED: 's' }).said).toContain('DRYDOCK_GRADE_SALT: must be set, the same for every part');
  expect(run('part.sh', ['handed-in', 'x'], secrets).said).toContain('DRYDOCK_PART: is neither set nor is this a job array');
  expect(run('part.sh', [], secrets).said).toContain('usage: part.sh SUBMISSIONS OUT');
});

test('the Kubernetes job knows our exit codes, and says of how many parts once', () => {
  const job = fs.readFileSync(path.join(deploy, 'kubernetes/job.yaml'), 'utf8');
  expect(/FailIndex\n[^]*?values: \[([^\]]*)\]/.exec(job)?.[1]).toBe(`${Exit.usage}, ${Exit.cannotRun}, ${NEVER}`);
  const completions = /completions: (\d+)/.exec(job)?.[1];
  expect(new RegExp(`JOB_COMPLETION_COUNT\\n\\s+value: "${completions}"`).test(job)).toBe(true);
  expect(Number(/maxFailedIndexes: (\d+)/.exec(job)?.[1])).toBeLessThanOrEqual(Number(completions));
  for (const script of ['part.sh', 'merge.sh']) expect(fs.statSync(path.join(deploy, script)).mode & 0o111).not.toBe(0);
});
