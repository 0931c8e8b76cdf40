/** `drydock grade` as a program, with real private kernels: what it says, what it leaves, and what it survives. */
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { solutionTree, starterTree } from '../../src/lesson/lay/trees.ts';
import { loadCourse } from '../../src/lesson/load.ts';
import { writeTree } from '../../src/lesson/tree.ts';
import { Scratch } from './archives.ts';

const root = path.resolve(import.meta.dirname, '../..');
const scratch = new Scratch();
const common = ['--lesson', '1', '--seed', 'exam', '--salt', 'pepper', '--workers', '2', '--format', 'csv'];

/** Nothing to look for in other people's processes: our kernels live below a temporary folder of our own. */
const env = { ...process.env, TMPDIR: scratch.at('tmp'), NO_COLOR: '1', XDG_RUNTIME_DIR: scratch.at('tmp') };

beforeAll(() => {
  fs.mkdirSync(scratch.at('tmp'), { mode: 0o700 });
  const course = loadCourse(root);
  const [first] = course.lessons;
  if (!first) throw new Error('no lesson');
  writeTree(scratch.at('class/reference/box'), solutionTree(course, first));
  writeTree(scratch.at('class/starter/workspace/box'), starterTree(course, first));
  writeTree(scratch.at('mine/box'), solutionTree(course, first));
  scratch.write('class/rejected/box/box.ts', '');
  fs.symlinkSync('/etc/shadow', scratch.at('class/rejected/box/shadow'));
  const submitted = drydock('submit', '1', '--workspace', scratch.at('mine'), '--out', scratch.at('class/submitted.tar.gz'));
  expect(submitted.status).toBe(0);
  expect(submitted.stdout).toMatch(/submitted\.tar\.gz {3}[\d.]+ KiB, for 01-processes\n\n {2}box\/README\.md .*\n[^]*left out: box\/tsconfig\.json[^]*SHA-256/);
});
afterAll(() => scratch[Symbol.dispose]());

function drydock(...argv: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(root, 'bin/drydock.mjs'), ...argv], { cwd: scratch.folder, env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** Starts a grading, and sends it a signal once so many are graded. Returns its status or the signal that ended it. */
async function interrupted(out: string, after: number, signal: NodeJS.Signals): Promise<{ ended: number | string; stderr: string }> {
  const child = spawn(process.execPath, [path.join(root, 'bin/drydock.mjs'), 'grade', 'class', '--out', out, ...common], { cwd: scratch.folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  let sent = false;
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
    if (!sent && (stderr.match(/^ *\d\/4 student-/gm) ?? []).length >= after) sent = child.kill(signal);
  });
  return await new Promise((resolve) => child.once('close', (code, by) => resolve({ ended: code ?? by ?? '', stderr })));
}

const gradebook = (out: string): string => fs.readFileSync(scratch.at(`${out}/gradebook.json`), 'utf8');
const resultsIn = (out: string): string[] => fs.readdirSync(scratch.at(`${out}/results`)).filter((name) => /^[0-9a-f]{64}\.json$/.test(name));

/** Processes that have our temporary folder in an argument or in their environment: keepers, and kernels below them. */
function ours(): string[] {
  return fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid).filter((pid) => {
    try {
      return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(scratch.at('tmp')) || fs.readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`TMPDIR=${scratch.at('tmp')}`);
    } catch {
      return false;
    }
  });
}

async function until(holds: () => boolean, ms = 10_000): Promise<void> {
  for (const end = Date.now() + ms; !holds() && Date.now() < end;) await new Promise((resolve) => setTimeout(resolve, 50));
}

test('a class: reference and submitted pass, the starter fails, a link is rejected; status 0 whatever the marks', () => {
  const { status, stdout, stderr } = drydock('grade', 'class', '--out', 'one', ...common);
  expect(stderr).toMatch(/^0\/4 graded\n/);
  expect(stderr.match(/^ *\d\/4 student-.* \(\d+\.\d s\)/gm)).toHaveLength(4);
  expect(status).toBe(0);
  expect(stdout).toMatch(/student-\w+ +14\/14/);
  const { complete, results } = JSON.parse(gradebook('one'));
  expect(complete).toBe(true);
  expect(results.map((one: { outcome: string; points: number; maxPoints: number }) => `${one.outcome} ${one.points}/${one.maxPoints}`).sort()).toEqual(['fail 0/14', 'pass 14/14', 'pass 14/14', 'rejected 0/14']);
  const passed = results.filter((one: { outcome: string }) => one.outcome === 'pass');
  expect(new Set(passed.map((one: { submission: { digest: string } }) => one.submission.digest)).size).toBe(1);
  expect(passed.filter((one: { submission: { claims?: string } }) => one.submission.claims === '01-processes')).toHaveLength(1);
  expect(passed[0]).toMatchObject({ kernel: { kind: 'uml', image: expect.stringMatching(/^sha256:/) }, sharedKernel: false, seed: 'exam' });
  // What drydock submit packs has nothing in it that would be left out.
  expect(passed.map((one: { discarded: { path: string }[] }) => one.discarded.map(({ path: at }) => at)).sort()).toEqual([[], ['box/tsconfig.json']]);
  // Whole results have evidence, and mistakes by their names; the very files that were judged are kept.
  const whole = resultsIn('one').map((name) => JSON.parse(fs.readFileSync(scratch.at(`one/results/${name}`), 'utf8')));
  const failed = whole.find(({ outcome }) => outcome === 'fail');
  expect(failed.lessons[0].checks[0]).toMatchObject({ status: 'fail', did: expect.stringContaining('box run'), evidence: expect.arrayContaining([expect.objectContaining({ source: expect.stringMatching(/^wait\(2\) on box run/) })]) });
  expect(fs.existsSync(scratch.at(`one/graded/${failed.submission.digest}.tar.gz`))).toBe(true);
  expect(fs.readdirSync(scratch.at('tmp')).filter((name) => name.startsWith('drydock-grade-'))).toEqual([]);
});

test('parts on several machines, joined in any order, are the same gradebook to the byte', () => {
  for (const part of ['1/2', '2/2']) expect(drydock('grade', 'class', '--out', `part-${part[0]}`, ...common, '--shard', part).status).toBe(0);
  expect(drydock('grade', 'merge', 'part-2', 'part-1', '--out', 'joined', '--format', 'csv').status).toBe(0);
  expect(gradebook('joined')).toBe(gradebook('one'));
  const partial = drydock('grade', 'merge', 'part-2', '--out', 'partial', '--format', 'none');
  expect([partial.status, partial.stderr]).toEqual([1, expect.stringMatching(/gap: part 1 of 2: its folder was not given/)]);
});

test('Ctrl-C leaves a valid part and says how to go on; kill -9 loses nothing that was graded; then it goes on', async () => {
  const first = await interrupted('resumed', 2, 'SIGINT');
  expect(first.ended).toBe(130);
  expect(first.stderr).toMatch(/Interrupted: \d of 4 are graded[^]*the same command, with the same --out, goes on/);
  expect(JSON.parse(gradebook('resumed'))).toMatchObject({ complete: false });
  const afterFirst = resultsIn('resumed').length;
  const second = await interrupted('resumed', afterFirst + 1, 'SIGKILL');
  expect(second.ended).toBe('SIGKILL');
  // The keepers see their only client die; every kernel goes with its keeper.
  await until(() => ours().length === 0);
  expect(ours()).toEqual([]);
  const kept = resultsIn('resumed');
  expect(kept.length).toBeGreaterThan(afterFirst);
  const last = drydock('grade', 'class', '--out', 'resumed', ...common);
  expect(last.status).toBe(0);
  expect(last.stderr.match(/\(from before\)/g)).toHaveLength(kept.length);
  expect(gradebook('resumed')).toBe(gradebook('one'));
  expect(fs.readdirSync(scratch.at('tmp')).filter((name) => name.startsWith('drydock-grade-'))).toEqual([]);
});

test('usage: what is missing, what is unknown, what can never be graded, what would be written over', () => {
  const refused = (...argv: string[]): string => {
    const { status, stderr } = drydock('grade', ...argv);
    return `${status} ${stderr}`;
  };
  expect(refused()).toMatch(/^2 .*needs submissions/);
  expect(refused('class')).toMatch(/^2 drydock: Where should the results go\?/);
  expect(refused('class', '--out', 'x', '--format', 'cvs')).toMatch(/^2 drydock: There is no format "cvs"\.\n {2}→ Did you mean csv/);
  expect(refused('class', '--out', 'x', '--lesson', '99')).toMatch(/^2 /);
  expect(refused('class', '--out', 'class/out')).toMatch(/^2 drydock: --out lies inside of class/);
  expect(refused('nowhere', '--out', 'x')).toMatch(/^42 drydock: There is no submission nowhere/);
  expect(refused('class', '--out', 'x', '--shard', '1/2')).toMatch(/^2 drydock: Parts of a class must be graded with one seed/);
  expect(refused('class', '--out', 'one', '--against', 'one')).toMatch(/^2 drydock: --against and --out are the same folder/);
  expect(drydock('grade', 'merge', 'mine', '--out', 'x').status).toBe(2);
  expect(fs.existsSync(scratch.at('x'))).toBe(false);
});

test('against an earlier grading: shown, written beside the new one, the old one untouched', () => {
  fs.cpSync(scratch.at('one'), scratch.at('older'), { recursive: true });
  for (const name of resultsIn('older')) {
    const file = scratch.at(`older/results/${name}`);
    const old = JSON.parse(fs.readFileSync(file, 'utf8'));
    if (old.outcome !== 'pass') continue;
    old.lessons[0].checks[0].status = 'fail';
    old.points = old.lessons[0].points = 13;
    fs.writeFileSync(file, JSON.stringify(old));
    break;
  }
  const before = fs.readdirSync(scratch.at('older'), { recursive: true }).sort();
  const { status, stdout } = drydock('grade', 'class', '--out', 'one', ...common, '--against', 'older');
  expect(status).toBe(0);
  expect(stdout).toMatch(/Against the old grading: 1 rise, 0 fall[^]*Would rise \(1\)\n {2}student-\w+: 13\/14 pass → 14\/14 pass \(\+1\)\n {4}01-processes runs: fail → pass/);
  expect(fs.readFileSync(scratch.at('one/against.txt'), 'utf8')).toContain('1 rise');
  expect(fs.readdirSync(scratch.at('older'), { recursive: true }).sort()).toEqual(before);
});

test('grading needs a kernel that ends with everything in it: exit 3 and the way out, nothing run', () => {
  const bin = path.join(scratch.folder, 'no-bwrap');
  fs.mkdirSync(bin);
  // A user whose namespaces are used up: max_user_namespaces of a user namespace of its own is 0 (namespaces(7)).
  const { status, stderr, error } = spawnSync('unshare', ['--user', '--map-root-user', 'sh', '-c', 'echo 0 > /proc/sys/user/max_pid_namespaces && exec "$@"', 'sh',
    process.execPath, path.join(root, 'bin/drydock.mjs'), 'grade', 'class', '--out', 'never', ...common], { cwd: scratch.folder, env, encoding: 'utf8' });
  if (error || /unshare/.test(stderr)) throw new Error(`unshare: ${error?.message ?? stderr} (${os.release()})`);
  expect(stderr).toMatch(/no pid namespace that ends with it, so submissions of other people are not run here\.\n {2}→ drydock doctor/);
  expect(status).toBe(3);
  expect(fs.existsSync(scratch.at('never/results'))).toBe(false);
});
