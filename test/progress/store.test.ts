/** The store on a real file system, with real processes that are killed. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { LockBusy, takeLock } from '../../src/progress/lock.ts';
import { lessonProgress, noProgress } from '../../src/progress/state.ts';
import { openProgress } from '../../src/progress/store.ts';
import { writeProgress } from '../../src/progress/file.ts';
import { checkout, read, temporaryFolder, write } from '../lesson/fixture.ts';

const spent = (lesson: string, seconds = 1) => ({ type: 'spent', lesson, seconds }) as const;
const at = () => Date.UTC(2026, 0, 2, 3, 4, 5, 6);
const imports = `
  import { openProgress } from ${JSON.stringify(path.join(checkout, 'src/progress/store.ts'))};
  import { takeLock } from ${JSON.stringify(path.join(checkout, 'src/progress/lock.ts'))};
  const [workspace, lesson, times] = process.argv.slice(1);`;
const node = (script: string, ...args: string[]) => ['--input-type=module', '-e', imports + script, ...args];

describe('saving', () => {
  test('makes the folder with the first event, and another process finds it all', () => {
    using folder = temporaryFolder();
    const workspace = path.join(folder.path, 'a', 'workspace');
    const store = openProgress(workspace);
    expect(store.state).toEqual(noProgress());
    expect(fs.existsSync(workspace)).toBe(false);
    store.apply({ type: 'started', lesson: '01-a', at: 't' }, spent('01-a', 5));
    expect(store.problem).toBeNull();
    expect(openProgress(workspace).state).toEqual(store.state);
    expect(fs.readdirSync(workspace)).toEqual(['progress.json']);
  });

  test('applies events to what others have written since', () => {
    using folder = temporaryFolder();
    const [one, two] = [openProgress(folder.path), openProgress(folder.path)];
    one.apply(spent('01-a', 10));
    two.apply(spent('01-a', 1), { type: 'hinted', lesson: '02-b', rungs: 2 });
    one.apply({ type: 'peeked', lesson: '02-b' });
    expect(one.state.lessons).toMatchObject({ '01-a': { seconds: 11 }, '02-b': { hints: 2, peeked: true } });
    expect(two.refresh()).toEqual(one.state);
  });

  test('two tutors at once lose nothing of each other\'s', async () => {
    using folder = temporaryFolder();
    const script = 'const store = openProgress(workspace); for (let n = 0; n < Number(times); n++) { store.apply({ type: "spent", lesson, seconds: 1 }, { type: "spent", lesson: "shared", seconds: 1 }); if (store.problem) throw store.problem; }';
    const children = ['01-a', '02-b', '03-c', '04-d'].map((lesson) => spawn(process.execPath, node(script, folder.path, lesson, '60'), { stdio: ['ignore', 'inherit', 'inherit'] }));
    expect(await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0] as number))).toEqual([0, 0, 0, 0]);
    const { state } = openProgress(folder.path);
    expect(['01-a', '02-b', '03-c', '04-d', 'shared'].map((lesson) => lessonProgress(state, lesson).seconds)).toEqual([60, 60, 60, 60, 240]);
    expect(fs.readdirSync(folder.path)).toEqual(['progress.json']);
  }, 60_000);

  test('a link stays a link', () => {
    using folder = temporaryFolder();
    write(folder.path, { 'real/p.json': writeProgress(noProgress()), 'ws/x': '' });
    fs.symlinkSync('../real/p.json', path.join(folder.path, 'ws/progress.json'));
    openProgress(path.join(folder.path, 'ws')).apply(spent('01-a'));
    expect(read(folder.path, 'real/p.json')).toContain('"seconds": 1');
  });
});

describe('killed with SIGKILL', () => {
  /** Counts what was acknowledged on stdout: a line for each event that apply() returned from. */
  const script = `const store = openProgress(workspace);
    for (let n = 1; ; n++) { store.apply({ type: 'spent', lesson, seconds: 1 }); if (store.problem) { console.error(store.problem); process.exit(1); } process.stdout.write(n + '\\n'); }`;
  const run = (workspace: string, lesson: string): { child: ChildProcess; acknowledged: () => number; ended: Promise<unknown> } => {
    const child = spawn(process.execPath, node(script, workspace, lesson), { stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.on('data', (data: Buffer) => void (out += data.toString()));
    return { child, acknowledged: () => out.split('\n').length - 1, ended: once(child, 'close') };
  };

  test('at any moment, the file is whole and holds everything that was acknowledged; nobody waits for the dead', async () => {
    using folder = temporaryFolder();
    const acknowledged = new Map<string, number>();
    for (let round = 0; round < 9; round++) {
      const lessons = [`0${round}-a`, `0${round}-b`];
      const tutors = lessons.map((lesson) => run(folder.path, lesson));
      while (tutors.some((tutor) => tutor.acknowledged() < 5)) await new Promise((resolve) => setTimeout(resolve, 2));
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 8));
      for (const { child } of tutors) child.kill('SIGKILL');
      await Promise.all(tutors.map((tutor) => tutor.ended));
      tutors.forEach((tutor, index) => acknowledged.set(lessons[index]!, (acknowledged.get(lessons[index]!) ?? 0) + tutor.acknowledged()));
      const began = performance.now();
      const store = openProgress(folder.path);
      store.apply(spent('99-after'));
      expect(store.problem).toBeNull();
      expect(store.notice).toBeNull();
      expect(performance.now() - began).toBeLessThan(1500);
      for (const [lesson, count] of acknowledged) {
        const { seconds } = lessonProgress(store.state, lesson);
        expect(seconds).toBeGreaterThanOrEqual(count);
        // At most the one event that was being written when it died was saved without a word.
        expect(seconds).toBeLessThanOrEqual(count + 1);
      }
    }
    expect(fs.readdirSync(folder.path).filter((name) => name.includes('broken'))).toEqual([]);
  }, 120_000);

  test.each(['openSync', 'fsyncSync', 'closeSync', 'renameSync', 'linkSync', 'rmSync', 'writeFileSync'])('in the middle of a write, before or after its %s', (call) => {
    using folder = temporaryFolder();
    openProgress(folder.path).apply(spent('01-a', 7));
    for (const [moment, nth] of [['before', 1], ['after', 1], ['before', 2], ['after', 2]] as const) {
      const dying = `import fs from 'node:fs'; const real = fs.${call}; let left = ${nth};
        fs.${call} = (...args) => { const now = --left === 0; if (now && '${moment}' === 'before') process.kill(process.pid, 'SIGKILL'); const value = real(...args); if (now) process.kill(process.pid, 'SIGKILL'); return value; };
        openProgress(workspace).apply({ type: 'hinted', lesson: '01-a', rungs: 3 });`;
      const { signal } = spawnSync(process.execPath, node(dying, folder.path));
      if (nth === 1) expect(signal).toBe('SIGKILL');
      const store = openProgress(folder.path);
      store.apply(spent('02-b'));
      expect([store.problem, store.notice]).toEqual([null, null]);
      expect(lessonProgress(store.state, '01-a').seconds).toBe(7);
    }
  }, 60_000);
});

describe('the lock', () => {
  test('keeps others out while it is held, and only then', () => {
    using folder = temporaryFolder();
    const file = path.join(folder.path, 'lock');
    {
      using lock = takeLock(file);
      expect(lock.held()).toBe(true);
      expect(() => takeLock(file, 50)).toThrow(LockBusy);
    }
    takeLock(file, 0)[Symbol.dispose]();
    expect(fs.readdirSync(folder.path)).toEqual([]);
  });

  test('of a process that was killed is taken over, by one of many', async () => {
    using folder = temporaryFolder();
    const file = path.join(folder.path, 'lock');
    spawnSync(process.execPath, node("takeLock(workspace); process.kill(process.pid, 'SIGKILL');", file));
    expect(fs.existsSync(file)).toBe(true);
    // Each adds a line while it holds the lock, reading first: a second holder at the same time would lose one.
    const script = `import fs from 'node:fs'; const log = workspace + '.log';
      using lock = takeLock(workspace, 10000);
      const before = fs.existsSync(log) ? fs.readFileSync(log, 'utf8') : '';
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
      fs.writeFileSync(log, before + 'x');`;
    const children = Array.from({ length: 6 }, () => spawn(process.execPath, node(script, file), { stdio: ['ignore', 'inherit', 'inherit'] }));
    await Promise.all(children.map((child) => once(child, 'exit')));
    expect(read(folder.path, 'lock.log')).toBe('xxxxxx');
  }, 30_000);

  test('of another machine counts as dead when it is old', () => {
    using folder = temporaryFolder();
    const file = path.join(folder.path, 'lock');
    write(folder.path, { lock: JSON.stringify({ nonce: 'n', pid: process.pid, since: '1', machine: 'elsewhere' }) });
    expect(() => takeLock(file, 30)).toThrow(LockBusy);
    const old = new Date(Date.now() - 60_000);
    fs.utimesSync(file, old, old);
    using lock = takeLock(file, 1000);
    expect(lock.held()).toBe(true);
  });

  test('whose process id belongs to another process by now is dead', () => {
    using folder = temporaryFolder();
    const file = path.join(folder.path, 'lock');
    const owner = (() => {
      using _lock = takeLock(file);
      return JSON.parse(read(folder.path, 'lock')) as object;
    })();
    write(folder.path, { lock: JSON.stringify({ ...owner, nonce: 'old', pid: process.ppid }) });
    using lock = takeLock(file, 500);
    expect(lock.held()).toBe(true);
  });
});

describe('a damaged file', () => {
  test('is kept, one sentence says so, and what can be read goes on', () => {
    using folder = temporaryFolder();
    const good = openProgress(folder.path);
    good.apply(spent('01-a', 5), spent('02-b', 6));
    const whole = read(folder.path, 'progress.json');
    const half = whole.slice(0, whole.indexOf('"02-b"') + 40);
    write(folder.path, { 'progress.json': half });
    const store = openProgress(folder.path, at);
    expect(store.notice).toBe(`The progress file was damaged (it is not whole JSON); it is kept as ${path.join(folder.path, 'progress.broken-2026-01-02T03-04-05.006.json')}, and everything that could be read of it goes on.`);
    expect(read(folder.path, 'progress.broken-2026-01-02T03-04-05.006.json')).toBe(half);
    expect(lessonProgress(store.state, '01-a').seconds).toBe(5);
    const again = openProgress(folder.path, at);
    expect([again.notice, again.problem, again.state]).toEqual([null, null, store.state]);
  });

  test('that breaks while the tutor runs is kept, too', () => {
    using folder = temporaryFolder();
    const store = openProgress(folder.path, at);
    store.apply(spent('01-a'));
    write(folder.path, { 'progress.json': '<html>' });
    store.apply(spent('02-b'));
    expect(read(folder.path, 'progress.broken-2026-01-02T03-04-05.006.json')).toBe('<html>');
    write(folder.path, { 'progress.json': '<html>2' });
    store.apply(spent('02-b'));
    expect(read(folder.path, 'progress.broken-2026-01-02T03-04-05.006-2.json')).toBe('<html>2');
  });

  test('of a newer version is refused and not touched', () => {
    using folder = temporaryFolder();
    const text = '{"version": 2, "lessons": "other"}\n';
    write(folder.path, { 'progress.json': text });
    expect.assertions(5);
    try {
      openProgress(folder.path);
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      expect((error as UserError).message).toBe(`${path.join(folder.path, 'progress.json')} was written by a newer Drydock (its version is 2); it is left alone.`);
      expect((error as UserError).exit).toBe(3);
    }
    expect(read(folder.path, 'progress.json')).toBe(text);
    expect(fs.readdirSync(folder.path)).toEqual(['progress.json']);
  });

  test('that becomes newer while the tutor runs is not touched either', () => {
    using folder = temporaryFolder();
    const store = openProgress(folder.path);
    store.apply(spent('01-a'));
    write(folder.path, { 'progress.json': '{"version": 9}' });
    store.apply(spent('01-a'));
    expect(store.problem?.message).toContain('newer Drydock');
    expect(read(folder.path, 'progress.json')).toBe('{"version": 9}');
    expect(lessonProgress(store.state, '01-a').seconds).toBe(2);
  });
});

describe('where nothing can be saved', () => {
  const script = `const store = openProgress(workspace);
    store.apply({ type: 'spent', lesson: '01-a', seconds: 3 });
    console.log(JSON.stringify([store.problem && [store.problem.name, store.problem.message, ...store.problem.next], store.state.lessons['01-a'].seconds]));`;

  test('a folder that may not be written: it says so and goes on', () => {
    using folder = temporaryFolder();
    fs.chmodSync(folder.path, 0o555);
    const { stdout, stderr } = spawnSync(process.execPath, node(script, folder.path), { encoding: 'utf8', ...(process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}) });
    expect(stderr).toBe('');
    const [problem, seconds] = JSON.parse(stdout) as [string[], number];
    expect(seconds).toBe(3);
    expect(problem[0]).toBe('UserError');
    expect(problem[1]).toMatch(/^Your progress cannot be saved: open .* EACCES\.$/);
    expect(problem.at(-1)).toBe('The program goes on without saving it, and tries again with the next thing you do.');
  });

  test('a full disk: the old file stays whole, and what waited is saved when there is room', () => {
    using folder = temporaryFolder();
    const waiting = `import fs from 'node:fs';
      const store = openProgress(workspace);
      store.apply({ type: 'spent', lesson: '01-a', seconds: 3 });
      try { fs.writeFileSync(workspace + '/filler', Buffer.alloc(1 << 20)); } catch {}
      store.apply({ type: 'spent', lesson: '01-a', seconds: 4 });
      const full = store.problem?.message;
      const onDisk = openProgress(workspace).state.lessons['01-a'].seconds;
      fs.rmSync(workspace + '/filler');
      store.apply({ type: 'spent', lesson: '01-a', seconds: 5 });
      console.log(JSON.stringify([full, onDisk, store.problem, openProgress(workspace).state.lessons['01-a'].seconds, fs.readdirSync(workspace)]));`;
    const output = execFileSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs -o size=64k none "$1" && w=$1 && shift && exec "$@" "$w"', 'sh', folder.path, process.execPath, ...node(waiting)], { encoding: 'utf8' });
    const [full, onDisk, problem, saved, files] = JSON.parse(output) as [string, number, null, number, string[]];
    expect(full).toMatch(/^Your progress cannot be saved: .*ENOSPC\.$/);
    expect([onDisk, problem, saved, files]).toEqual([3, null, 12, ['progress.json']]);
  });

  test('a file in the place of the folder', () => {
    using folder = temporaryFolder();
    write(folder.path, { workspace: 'a file' });
    const store = openProgress(path.join(folder.path, 'workspace'));
    store.apply(spent('01-a'));
    expect(store.problem?.message).toMatch(/cannot be saved: .*(ENOTDIR|EEXIST)/);
    expect(lessonProgress(store.state, '01-a').seconds).toBe(1);
  });
});
