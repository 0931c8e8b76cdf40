/** Taking submissions in: whatever the form, what counts is the box; whatever the trick, a sentence says why not. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import zlib from 'node:zlib';
import { Pax } from 'tar';
import { expect, test } from 'vitest';
import { ingest, type Ingested, ingestLimits } from '../../src/grade/ingest/index.ts';
import { packBox } from '../../src/grade/pack.ts';
import { Scratch, tar, type TarEntry, zip, type ZipEntry } from './archives.ts';

const box = 'console.error("box");\n';

async function taken(content: Buffer, name = 'handed-in', limits = ingestLimits): Promise<Ingested> {
  using scratch = new Scratch();
  return await ingest(scratch.write(name, content), limits);
}

function pathsOf(read: Ingested): string[] {
  if (!read.ok) throw new Error(read.reason);
  return read.files.map(({ path }) => path);
}

async function reason(read: Promise<Ingested>): Promise<string> {
  const result = await read;
  expect(result.ok).toBe(false);
  return result.ok ? '' : result.reason;
}

test.each([
  ['box/', 'box/'], ['workspace/box/', 'workspace/box/'], ['the top', ''], ['one folder around box/', 'ada-5/box/'], ['one folder around workspace/box/', 'repository/workspace/box/'],
  ['one folder around the files', 'ada/'],
])('the box is found at %s', async (_, at) => {
  const entries = [{ path: `${at}box.ts`, content: box }, { path: `${at}lib/run.ts`, content: 'export {};\n' }];
  const reads = await Promise.all([taken(tar(...entries)), taken(zlib.gzipSync(tar(...entries))), taken(zlib.zstdCompressSync(tar(...entries))), taken(zip(...entries))]);
  for (const read of reads) expect(pathsOf(read)).toEqual(['box.ts', 'lib/run.ts']);
  expect(new Set(reads.map((read) => (read.ok ? read.digest : ''))).size).toBe(1);
});

test('a folder gives the same as its archive; times are the newest of what counts', async () => {
  using scratch = new Scratch();
  const file = scratch.write('ada/box/box.ts', box);
  fs.utimesSync(file, 1_700_000_000, 1_700_000_000);
  const fromFolder = await ingest(scratch.at('ada'));
  const fromTar = await taken(tar({ path: 'box/box.ts', content: box, mtime: 1_700_000_000 }, { path: 'later.txt', mtime: 1_800_000_000 }));
  expect(fromFolder).toMatchObject({ ok: true, submittedAt: '2023-11-14T22:13:20.000Z' });
  expect(fromTar).toMatchObject({ ok: true, submittedAt: '2023-11-14T22:13:20.000Z' });
  expect(fromFolder.ok && fromTar.ok && fromFolder.digest === fromTar.digest).toBe(true);
});

test('what was packed is taken in as it was, executable or not, and packs the same again', async () => {
  const long = `${'deep/'.repeat(14)}${'n'.repeat(120)}-é.ts`;
  const first = await taken(tar({ path: 'box/box.ts', content: box }, { path: 'box/tool.sh', content: '#!/bin/sh\n', mode: 0o755 }));
  if (!first.ok) throw new Error(first.reason);
  const files = [...first.box, { path: long, base64: Buffer.from('x').toString('base64') }];
  const again = await taken(packBox(files));
  if (!again.ok) throw new Error(again.reason);
  expect(again.box).toEqual([...files].sort((a, b) => (a.path < b.path ? -1 : 1)));
  expect(packBox(again.box).equals(packBox(files))).toBe(true);
});

test('what does not count is left out and reported, with the reason', async () => {
  const read = await taken(tar(
    { path: 'box/box.ts', content: box }, { path: 'box/node_modules/ffi-rs/index.js', content: 'evil' }, { path: 'box/node_modules/.bin/x', type: 'SymbolicLink', linkpath: '/bin/sh' },
    { path: 'box/package.json', content: '{}' }, { path: 'box/package-lock.json' }, { path: 'box/tsconfig.json' }, { path: 'box/vitest.config.ts' }, { path: 'box/.npmrc' }, { path: 'box/sub/checks.test.ts' },
    { path: 'box/results.json' }, { path: '.git/hooks/pre-commit', mode: 0o755 }, { path: '.husky/pre-push' }, { path: 'lessons/05-root/checks.test.ts' }, { path: 'results.json' },
    { path: 'node_modules', type: 'SymbolicLink', linkpath: '/work/node_modules' }, { path: '__MACOSX/._box' }, { path: 'box/.DS_Store' }, { path: 'box/box.ts~' }, { path: 'box/spec.ts', content: '' },
  ));
  expect(pathsOf(read)).toEqual(['box.ts', 'package.json', 'spec.ts']);
  expect(read.discarded.map(({ path, why }) => `${path}: ${why}`)).toEqual([
    '.git/: version control is no part of a box', '.husky/: hooks are never run', '__MACOSX/: an archiver’s own',
    'box/.DS_Store: an editor’s or a desktop’s own', 'box/.npmrc: packages are the workbook’s own', 'box/box.ts~: an editor’s or a desktop’s own',
    'box/node_modules/: packages are the workbook’s own', 'box/package-lock.json: packages are the workbook’s own', 'box/results.json: a result; only what the judge sees counts',
    'box/sub/checks.test.ts: a test; the course’s own checks are used', 'box/tsconfig.json: a configuration; the course uses its own', 'box/vitest.config.ts: a configuration; the course uses its own',
    'lessons/: outside of box', 'node_modules/: packages are the workbook’s own', 'results.json: outside of box',
  ]);
});

test('what it says it is for is read, and nothing else of it believed', async () => {
  const claim = (text: string) => taken(tar({ path: 'box/box.ts', content: box }, { path: 'submission.json', content: text }));
  expect(await claim('{"schema":"drydock.submission/1","lesson":"05-root","points":99}')).toMatchObject({ ok: true, claims: '05-root', discarded: [] });
  expect(await claim('{"schema":"drydock.submission/1","lesson":"<b>"}')).not.toHaveProperty('claims');
  expect(await claim('[')).not.toHaveProperty('claims');
});

const good: TarEntry = { path: 'box/box.ts', content: box };
test.each<[string, TarEntry[], RegExp]>([
  ['a path that leads out', [good, { path: 'box/../../etc/cron.d/x' }], /leads out of the submission \(\.\.\)\. Pack the folder box/],
  ['an absolute path', [good, { path: '/etc/passwd' }], /is an absolute path.*drydock submit/],
  ['a Windows drive', [good, { path: 'C:/box.ts' }], /is an absolute path/],
  ['a backslash', [good, { path: 'box\\run.ts' }], /has a backslash in its name/],
  ['a symbolic link', [good, { path: 'box/passwd', type: 'SymbolicLink', linkpath: '/etc/passwd' }], /"box\/passwd" is a symbolic link.*Put the file itself in its place/],
  ['a symbolic link to a folder, then a file through it', [good, { path: 'box/out', type: 'SymbolicLink', linkpath: '/tmp' }, { path: 'box/out/x' }], /is a symbolic link/],
  ['a hard link', [good, { path: 'box/shadow', type: 'Link', linkpath: '/etc/shadow' }], /is a hard link/],
  ['a character device', [good, { path: 'box/mem', type: 'CharacterDevice' }], /is a device/],
  ['a block device', [good, { path: 'box/sda', type: 'BlockDevice' }], /is a device/],
  ['a device among packages', [good, { path: 'node_modules/sda', type: 'BlockDevice' }], /is a device/],
  ['a named pipe', [good, { path: 'box/pipe', type: 'FIFO' }], /is a named pipe/],
  ['a setuid file', [good, { path: 'box/su', mode: 0o4755 }], /is set-user-id \(setuid\).*chmod ug-s/],
  ['a setgid file', [good, { path: 'box/sg', mode: 0o2755 }], /is set-group-id \(setgid\)/],
  ['names that differ by case', [good, { path: 'box/Run.ts' }, { path: 'box/run.ts' }], /"box\/Run\.ts" and "box\/run\.ts" are the same name on some machines/],
  ['folders that differ by case', [good, { path: 'box/lib/a.ts' }, { path: 'box/LIB/b.ts' }], /are the same name/],
  ['names that differ by Unicode form', [good, { path: 'box/caf\u00e9.ts' }, { path: 'box/cafe\u0301.ts' }], /are the same name/],
  ['a file that is there twice', [good, good], /"box\/box\.ts" is in the archive twice/],
  ['a file that is a folder, too', [good, { path: 'box/a' }, { path: 'box/a/b' }], /is in the archive twice/],
  ['a name with a line end', [good, { path: 'box/a\nb' }], /"box\/a\\u\{a\}b" has a character in its name that is not to be seen/],
  ['a name with an escape', [good, { path: 'box/\u001b[31m' }], /has a character in its name that is not to be seen/],
  ['a name that turns text around', [good, { path: 'box/\u202egnp.ts' }], /has a character in its name that is not to be seen/],
  ['folders without end', [good, { path: `${'d/'.repeat(45)}x` }], /is more than 40 folders deep/],
  ['a name without end', [good, { path: `box/${'n'.repeat(99)}`.padEnd(100, 'n') }, { path: `${'p'.repeat(256)}` }], /is too long a path/],
  ['no box.ts', [{ path: 'main.ts', content: '' }], /has no box\.ts, the file that is started\. Hand in the folder box/],
  ['box.ts in the wrong place', [{ path: 'src/deep/box.ts', content: '' }, { path: 'README.md', content: '' }], /box\.ts is not where it belongs: it lies at "src\/deep\/box\.ts"/],
  ['two boxes', [good, { path: 'workspace/box/box.ts', content: '' }], /more than one box\.ts: "box\/box\.ts" and "workspace\/box\/box\.ts"/],
  ['nothing', [], /has nothing in it/],
])('rejected, and says so: %s', async (_, entries, words) => {
  expect(await reason(taken(entries.some(({ path }) => path.length > 255) ? longName(entries) : tar(...entries)))).toMatch(words);
});

/** GNU's long names: tar's header has room for 255 bytes only. */
function longName(entries: readonly TarEntry[]): Buffer {
  const last = entries.at(-1);
  const long = tar({ path: '././@LongLink', content: last?.path ?? '' });
  long.write('L', 156, 'latin1');
  let sum = 0;
  long.fill(' ', 148, 156);
  for (let at = 0; at < 512; at++) sum += long[at] ?? 0;
  long.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return Buffer.concat([tar(...entries.slice(0, -1)).subarray(0, -1024), long.subarray(0, -1024), tar({ ...last, path: 'short' } as TarEntry)]);
}

test('names in headers of tar’s own are judged like any other; entries of rare kinds are refused', async () => {
  const after = (...blocks: Buffer[]): Buffer => Buffer.concat([tar(good).subarray(0, -1024), ...blocks]);
  const pax = new Pax({ path: '../../home/x' }).encode();
  expect(await reason(taken(after(pax, tar({ path: 'box/x' }))))).toMatch(/"\.\.\/\.\.\/home\/x" leads out/);
  const link = new Pax({ path: 'box/x', linkpath: '/etc/passwd' }).encode();
  expect(await reason(taken(after(link, tar({ path: 'box/x', type: 'SymbolicLink', linkpath: 'harmless' }))))).toMatch(/is a symbolic link/);
  for (const [type, words] of [['S', /of a kind that only few programs know/], ['M', /of a kind|not a whole/], ['V', /of a kind|not a whole/]] as const) {
    const rare = tar({ path: 'box/rare' });
    rare.write(type, 156, 'latin1');
    fixSum(rare.subarray(0, 512));
    expect(await reason(taken(after(rare)))).toMatch(words);
  }
});

test.each<[string, ZipEntry[], RegExp]>([
  ['a path that leads out', [{ path: '../box.ts' }], /leads out of the submission/],
  ['an absolute path', [{ path: '/box/box.ts' }], /is an absolute path/],
  ['a symbolic link', [{ path: 'box/x', content: '/etc/passwd', mode: 0o120777 }], /is a symbolic link/],
  ['a device', [{ path: 'box/x', mode: 0o060644 }], /is a device/],
  ['a named pipe', [{ path: 'box/x', mode: 0o010644 }], /is a named pipe/],
  ['a setuid file', [{ path: 'box/x', mode: 0o104755 }], /is set-user-id/],
  ['a password', [{ path: 'box/box.ts', content: box, encrypted: true }], /has a password/],
  ['a rare compression', [{ path: 'box/box.ts', content: box, method: 14 }], /compressed in a way that only few programs know/],
  ['a size that is a lie', [{ path: 'box/box.ts', content: 'x'.repeat(100_000), claims: 10 }], /not a whole zip archive/],
  ['names that differ by case', [{ path: 'box/A' }, { path: 'box/a' }], /are the same name/],
])('a zip is rejected, and says so: %s', async (_, entries, words) => {
  expect(await reason(taken(zip(...entries)))).toMatch(words);
});

test('archives that are none, or not whole', async () => {
  const whole = zlib.gzipSync(tar(good, { path: 'box/more.ts', content: Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 7919) % 251)) }));
  expect(await reason(taken(Buffer.alloc(0)))).toMatch(/is empty: the upload may have failed/);
  expect(await reason(taken(whole.subarray(0, whole.length / 2)))).toMatch(/ends too early/);
  expect(await reason(taken(tar(good).subarray(0, 516)))).toMatch(/ends too early/);
  expect(await reason(taken(zip({ path: 'box/box.ts', content: box }).subarray(0, 60)))).toMatch(/not a whole zip/);
  expect(await reason(taken(Buffer.from('Rar!\x1a\x07')))).toMatch(/is a RAR archive, which is not read here/);
  expect(await reason(taken(Buffer.from('console.log(1)')))).toMatch(/is no archive that is known here/);
  expect(await reason(taken(zlib.gzipSync(whole)))).toMatch(/compressed twice/);
  expect(await reason(taken(zlib.gzipSync(zlib.zstdCompressSync(tar(good)))))).toMatch(/compressed twice/);
});

test('bombs are found while they are read, in bounded memory and time', async () => {
  const zeros = Buffer.alloc(64 * 1024 * 1024);
  const archives = [zip(good, { path: 'box/zeros', content: zeros }), zlib.gzipSync(tar({ path: 'box/zeros', content: zeros })), zlib.zstdCompressSync(tar({ path: 'zeros', content: zeros }))];
  const began = performance.now();
  for (const archive of archives) expect(await reason(taken(archive))).toMatch(/grows to more than 100 times its size/);
  expect(performance.now() - began).toBeLessThan(15_000);
  const many = tar(...Array.from({ length: 20_001 }, (_, at) => ({ path: `box/${at}` })));
  expect(await reason(taken(many))).toMatch(/more than 20000 files and folders/);
  // A header of tar's own, of a gigabyte: it is not read at all.
  const pax = tar({ path: 'x', content: '' }).subarray(0, 512);
  pax.write('x', 156, 'latin1');
  pax.write('07777777777\0', 124, 'latin1');
  expect(await reason(taken(Buffer.concat([fixSum(pax), Buffer.alloc(4096)])))).toMatch(/far too long|ends too early/);
});

function fixSum(block: Buffer): Buffer {
  block.fill(' ', 148, 156);
  block.write(`${block.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

test('a box that is too large, or has too many files', async () => {
  const noise = Buffer.from(Array.from({ length: 1 << 20 }, (_, at) => (at * at * 31 + at * 7) & 255));
  const large = Array.from({ length: 9 }, (_, at) => ({ path: `box/part${at}`, content: noise }));
  expect(await reason(taken(tar(good, ...large)))).toMatch(/Its box has more than 8 MiB\. Take out/);
  expect(await reason(taken(tar(good, { path: 'box/one', content: Buffer.concat(large.map(({ content }) => content)) })))).toMatch(/more than 8 MiB \("one"\)/);
  expect(pathsOf(await taken(tar(good, { path: 'rootfs.img', content: Buffer.concat(large.map(({ content }) => content)) })))).toEqual(['box.ts']);
  expect(await reason(taken(tar(good, ...Array.from({ length: 1000 }, (_, at) => ({ path: `box/f${at}` })))))).toMatch(/more than 1000 files/);
});

test('a folder: links, pipes, setuid, hard links that lead out', async () => {
  const reject = async (make: (scratch: Scratch) => void): Promise<string> => {
    using scratch = new Scratch();
    scratch.write('ada/box/box.ts', box);
    make(scratch);
    return await reason(ingest(scratch.at('ada')));
  };
  expect(await reject((scratch) => fs.symlinkSync('/etc/passwd', scratch.at('ada/box/passwd')))).toMatch(/is a symbolic link/);
  expect(await reject((scratch) => void spawnSync('mkfifo', [scratch.at('ada/box/pipe')]))).toMatch(/is a named pipe/);
  expect(await reject((scratch) => void scratch.write('ada/box/su', '', 0o4755))).toMatch(/is set-user-id/);
  expect(await reject((scratch) => fs.linkSync(scratch.write('secret', 'x'), scratch.at('ada/box/secret')))).toMatch(/hard link to a file outside/);
  expect(await reject((scratch) => {
    fs.rmSync(scratch.at('ada'), { recursive: true });
    fs.symlinkSync('/etc', scratch.at('ada'));
  })).toMatch(/submission itself is a symbolic link/);
  expect(await reject((scratch) => fs.rmSync(scratch.at('ada/box'), { recursive: true }))).toMatch(/It is empty/);
});

test('what this machine cannot read is no mark, and stops nobody', async () => {
  expect(await ingest('/nowhere/at/all')).toMatchObject({ ok: false, machine: true, reason: expect.stringContaining('(ENOENT); this is no mark') });
});

test('packages of a folder are not even looked at', async () => {
  using scratch = new Scratch();
  scratch.write('ada/box/box.ts', box);
  scratch.write('ada/node_modules/x/index.js', 'x');
  fs.symlinkSync('/', scratch.at('ada/node_modules/x/root'));
  expect(pathsOf(await ingest(scratch.at('ada')))).toEqual(['box.ts']);
});

test('a folder that holds one archive, as platforms make it, is that archive', async () => {
  using scratch = new Scratch();
  scratch.write('Ada Lovelace_1_assignsubmission_file/box.tar.gz', zlib.gzipSync(tar(good)));
  expect(pathsOf(await ingest(scratch.at('Ada Lovelace_1_assignsubmission_file')))).toEqual(['box.ts']);
});
