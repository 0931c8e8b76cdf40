/** A class around kernels that are played: who is found, who is who, what is kept, parts and how they are joined. */
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { expect, test } from 'vitest';
import { compare, comparisonText } from '../../src/grade/against.ts';
import { type ClassEvent, gradeClass, type ClassRun } from '../../src/grade/class.ts';
import { findSubmissions } from '../../src/grade/found.ts';
import { gapsOf, gradebookText, infraOf } from '../../src/grade/gradebook.ts';
import { merge } from '../../src/grade/merge.ts';
import { dealOut, readShard } from '../../src/grade/shard.ts';
import { pseudonymOf, readRoster, studentOf } from '../../src/grade/student.ts';
import { SandboxError } from '../../src/check/sandbox.ts';
import { Scratch, tar, zip } from './archives.ts';
import { allPass, answer, checked, type Play, Played, result } from './played.ts';

const names = ['ada', 'bob', 'cyd', 'dan', 'eve', 'fay'];

/** A folder of six submissions. */
function handIn(scratch: Scratch): void {
  for (const name of names) scratch.write(`handed-in/${name}/box/box.ts`, `// ${name}\n`);
}

async function grade(scratch: Scratch, out: string, played: Played, more: Partial<ClassRun> = {}) {
  using found = await findSubmissions([scratch.at('handed-in')], '/');
  return await gradeClass({ found: found.submissions, salt: 'salt', out: scratch.at(out), workers: 2, grading: played.grading(), ...more });
}

/** bob fails in the second lesson. */
const bobFails: Play = async (request, options, number) => (
  request.lesson === '02-two' && Buffer.from(request.box[0]?.base64 ?? '', 'base64').includes('bob') ? answer(request, [checked('a', 'fail'), checked('b', 'blocked')]) : allPass(request, options, number)
);

test('what is a submission: folders, archives, a platform’s download; hidden and other files are not', async () => {
  using scratch = new Scratch();
  const archive = zlib.gzipSync(tar({ path: 'box/box.ts' }));
  scratch.write('class/ada/box/box.ts', '');
  scratch.write('class/bob.tar.gz', archive);
  scratch.write('class/Cyd Charisse_12_assignsubmission_file/box.tar.gz', archive);
  scratch.write('class/danvers_LATE_34_56_box.zip', zip({ path: 'box.ts' }));
  scratch.write('class/.hidden/x', '');
  scratch.write('class/grades.csv', '');
  using found = await findSubmissions(['class'], scratch.folder);
  expect(found.submissions.map(({ name }) => name)).toEqual(['Cyd Charisse_12_assignsubmission_file', 'ada', 'bob', 'danvers_LATE_34_56_box']);
  expect(found.submissions[0]?.names).toContain('12');
  expect(found.submissions[3]?.names).toContain('34');
  expect(found.skipped.map(({ path: at, why }) => `${path.basename(at)}: ${why}`).sort()).toEqual(['.hidden: hidden', 'grades.csv: neither a folder nor an archive']);
  using single = await findSubmissions(['class/ada', 'class/bob.tar.gz'], scratch.folder);
  expect(single.submissions).toHaveLength(2);
});

test('a platform’s one zip is taken apart, under names of ours, and what was unpacked goes', async () => {
  using scratch = new Scratch();
  const inner = zlib.gzipSync(tar({ path: 'box/box.ts', content: 'ada' }));
  scratch.write('download.zip', zip(
    { path: 'Ada_1_assignsubmission_file/box.tar.gz', content: inner }, { path: 'Bob_2_assignsubmission_file_box.tgz', content: inner },
    { path: 'Cyd_3_assignsubmission_file/box.ts', content: 'x' }, { path: 'Cyd_3_assignsubmission_file/../../evil', content: 'x' },
  ));
  const played = new Played();
  let sources: string[];
  {
    using found = await findSubmissions(['download.zip'], scratch.folder);
    sources = found.submissions.map(({ source }) => source);
    expect(sources.every((source) => /drydock-grade-\d+-\w+\/00000\d$/.test(source))).toBe(true);
    const { results } = await gradeClass({ found: found.submissions, salt: 's', out: scratch.at('out'), workers: 1, grading: played.grading() });
    expect(results.map(({ outcome, reason }) => reason ?? outcome)).toEqual(['pass', 'pass', expect.stringContaining('leads out of the submission')]);
  }
  expect(sources.some((source) => fs.existsSync(source))).toBe(false);
});

test('nothing to grade is 42, and so are two of one name', async () => {
  using scratch = new Scratch();
  fs.mkdirSync(scratch.at('empty'));
  await expect(findSubmissions(['empty'], scratch.folder)).rejects.toMatchObject({ exit: 42, message: 'There is no submission in empty.' });
  await expect(findSubmissions(['nowhere'], scratch.folder)).rejects.toMatchObject({ exit: 42 });
  scratch.write('class/ada/box.ts', '');
  scratch.write('class/ada.zip', zip({ path: 'box.ts' }));
  await expect(findSubmissions(['class'], scratch.folder)).rejects.toMatchObject({ exit: 42, message: expect.stringMatching(/Two submissions are called ada: .*ada and .*ada\.zip/) });
});

test('a roster says who is who; without it, and for strangers, pseudonyms', () => {
  const roster = readRoster('\ufefffolder,id,name,email\r\nada,u1,"Lovelace, ""Ada""",ada@x.org\r\n12,u2,Bob,\r\n\r\n', 'r.csv');
  const found = (name: string, ...more: string[]) => ({ source: '/', name, names: [name, ...more] });
  expect(studentOf(found('ada'), roster, 's')).toEqual({ id: 'u1', name: 'Lovelace, "Ada"', email: 'ada@x.org', pseudonym: false });
  expect(studentOf(found('Bob_12_assignsubmission_file', '12'), roster, 's')).toEqual({ id: 'u2', name: 'Bob', pseudonym: false });
  const stranger = studentOf(found('eve'), roster, 's');
  expect(stranger).toEqual({ id: pseudonymOf('eve', 's'), name: pseudonymOf('eve', 's'), pseudonym: true });
  expect(stranger.id).toMatch(/^student-[2-9a-z]{10}$/);
  expect(pseudonymOf('eve', 'other')).not.toBe(stranger.id);
  expect(readRoster('[{"id":"u1","name":"Ada"}]', 'r.json')).toEqual([{ known: ['u1'], id: 'u1', name: 'Ada' }]);
  expect(() => readRoster('name\nAda\n', 'r.csv')).toThrow(/no column "id"/);
  expect(() => readRoster('id,name\n,Ada\n', 'r.csv')).toThrow(/line 2 has no id/);
  expect(() => readRoster('folder,id\na,1\na,2\n', 'r.csv')).toThrow(/"a" belongs to more than one person/);
});

test('which part: told, or from the variables of a job array', () => {
  expect(readShard('2/4', {})).toEqual({ index: 1, count: 4 });
  expect(readShard('auto', { JOB_COMPLETION_INDEX: '3', JOB_COMPLETION_COUNT: '8' })).toEqual({ index: 3, count: 8 });
  expect(readShard('auto/5', { JOB_COMPLETION_INDEX: '0' })).toEqual({ index: 0, count: 5 });
  expect(readShard('auto', { AWS_BATCH_JOB_ARRAY_INDEX: '1', AWS_BATCH_JOB_ARRAY_SIZE: '2' })).toEqual({ index: 1, count: 2 });
  expect(readShard('auto', { SLURM_ARRAY_TASK_ID: '4', SLURM_ARRAY_TASK_MIN: '1', SLURM_ARRAY_TASK_COUNT: '4' })).toEqual({ index: 3, count: 4 });
  for (const wrong of ['0/4', '5/4', '1/0', 'x', '1', 'auto/0']) expect(() => readShard(wrong, { SLURM_ARRAY_TASK_ID: '0' })).toThrow();
  expect(() => readShard('auto', {})).toThrow(/finds none of the variables/);
  expect(() => readShard('auto', { JOB_COMPLETION_INDEX: '1' })).toThrow(/JOB_COMPLETION_COUNT does not say/);
});

test('parts are equally large, and the same in whatever order a machine lists the class', () => {
  const class10 = Array.from({ length: 10 }, (_, at) => `student ${at}`);
  const parts = dealOut(class10, 4);
  expect([0, 1, 2, 3].map((part) => [...parts.values()].filter((one) => one === part).length)).toEqual([3, 3, 2, 2]);
  expect(dealOut(class10.toReversed(), 4)).toEqual(parts);
  expect([...dealOut(class10, 1).values()]).toEqual(Array(10).fill(0));
});

test('two gradings with one seed have the same gradebook, to the byte', async () => {
  using scratch = new Scratch();
  handIn(scratch);
  const books = [];
  for (const [out, workers] of [['one', 1], ['two', 3]] as const) {
    const { results, record } = await grade(scratch, out, new Played(bobFails), { workers });
    books.push(gradebookText({ course: record.course, results, troubles: [] }));
  }
  expect(books[0]).toBe(books[1]);
  expect(JSON.parse(books[0] ?? '')).toMatchObject({ schema: 'drydock.gradebook/1', complete: true, results: { length: 6 } });
});

test('what is graded stays graded: a killed run goes on, half-written files are swept, a damaged one is graded again', async () => {
  using scratch = new Scratch();
  handIn(scratch);
  const first = new Played(allPass);
  const { results } = await grade(scratch, 'out', first);
  expect(first.kernels).toBe(6);
  const folder = scratch.at('out/results');
  const [lost = '', damaged = ''] = results.map(({ key }) => path.join(folder, `${key}.json`));
  fs.rmSync(lost);
  fs.truncateSync(damaged, 100);
  fs.writeFileSync(path.join(folder, '.half.json.999999.new'), '{');
  const second = new Played(allPass);
  const events: ClassEvent[] = [];
  await grade(scratch, 'out', second, { onEvent: (event) => events.push(event) });
  expect(second.kernels).toBe(2);
  expect(events.filter((event) => event.event === 'graded' && !event.fresh)).toHaveLength(4);
  expect(fs.readdirSync(folder).sort()).toEqual(results.map(({ key }) => `${key}.json`).sort());
});

test('a machine that failed is tried again by the next run, and its result never takes a mark’s place', async () => {
  using scratch = new Scratch();
  handIn(scratch);
  const failing: Play = async (request, options, number) => (Buffer.from(request.box[0]?.base64 ?? '', 'base64').includes('bob') ? Promise.reject(new SandboxError('kernel', 'lost')) : allPass(request, options, number));
  const first = await grade(scratch, 'out', new Played(failing));
  expect(infraOf(first.results)).toEqual([{ kind: 'infra', who: pseudonymOf('bob', 'salt'), what: expect.stringContaining('no mark') }]);
  const second = await grade(scratch, 'out', new Played(allPass));
  expect(second.results.map(({ outcome }) => outcome)).toEqual(Array(6).fill('pass'));
  const third = await grade(scratch, 'out', new Played(failing));
  expect(third.results.map(({ outcome }) => outcome)).toEqual(Array(6).fill('pass'));
});

test('a changed file, seed or lesson is another result; a roster that came later is not', async () => {
  using scratch = new Scratch();
  handIn(scratch);
  await grade(scratch, 'out', new Played(allPass));
  scratch.write('handed-in/ada/box/box.ts', '// changed\n');
  const changed = new Played(allPass);
  await grade(scratch, 'out', changed);
  expect(changed.kernels).toBe(1);
  const named = new Played(allPass);
  const { results } = await grade(scratch, 'out', named, { roster: readRoster('id,name\nada,Ada\n', 'r') });
  expect(named.kernels).toBe(0);
  expect(results[0]).toMatchObject({ student: { id: 'ada', name: 'Ada', pseudonym: false }, submission: { name: 'ada' } });
  const seed = new Played(allPass);
  await grade(scratch, 'out', seed, { grading: seed.grading({ seed: 'other' }) });
  expect(seed.kernels).toBe(6);
});

test('two submissions of one person are 42, and nobody is graded', async () => {
  using scratch = new Scratch();
  handIn(scratch);
  const played = new Played(allPass);
  await expect(grade(scratch, 'out', played, { roster: readRoster('folder,id,name\nada,u1,Ada\nbob,u1,Ada\n', 'r') })).rejects.toMatchObject({ exit: 42, message: 'Ada has more than one submission: ada and bob.' });
  expect([played.kernels, fs.existsSync(scratch.at('out'))]).toEqual([0, false]);
});

test('without a roster no name is anywhere but in private/', async () => {
  using scratch = new Scratch();
  scratch.write('handed-in/zebediah-quux/box/box.ts', 'x');
  scratch.write('handed-in/zebediah-foo.tar', tar({ path: 'zebediah/box.ts' }, { path: 'zebediah/node_modules/x' }));
  scratch.write('handed-in/zebediah-bar/README', 'x');
  const { results, record } = await grade(scratch, 'out', new Played(allPass));
  expect(JSON.stringify([results, record])).not.toContain('zebediah');
  const files = fs.readdirSync(scratch.at('out'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && !entry.parentPath.endsWith('private'));
  for (const entry of files) expect(fs.readFileSync(path.join(entry.parentPath, entry.name)).includes('zebediah')).toBe(false);
  expect(fs.readFileSync(scratch.at('out/private/who-is-who.csv'), 'utf8')).toContain('"zebediah-quux"');
  expect(fs.statSync(scratch.at('out/private/who-is-who.csv')).mode & 0o077).toBe(0);
});

test('parts in any order and number are the whole, to the byte; what is missing is named', async () => {
  using scratch = new Scratch();
  handIn(scratch);
  const whole = await grade(scratch, 'whole', new Played(bobFails));
  const expected = gradebookText({ course: whole.record.course, results: whole.results, troubles: [] });
  for (const index of [0, 1, 2]) {
    const { record, results } = await grade(scratch, `part${index}`, new Played(bobFails), { shard: { index, count: 3 } });
    expect(gapsOf(record, results, 'own')).toEqual([]);
  }
  const folders = ['part0', 'part1', 'part2'];
  for (const order of [[0, 1, 2], [2, 0, 1], [1, 2, 0]]) {
    const merged = merge(order.map((at) => folders[at] ?? ''), scratch.folder);
    expect(merged.troubles).toEqual([]);
    expect(gradebookText(merged)).toBe(expected);
  }
  const twice = merge(['part0', 'part1', 'part2', 'part0'], scratch.folder);
  expect(twice.troubles.every(({ kind }) => kind === 'double')).toBe(true);
  expect(JSON.parse(gradebookText(twice)).complete).toBe(true);
  const missing = merge(['part2', 'part0'], scratch.folder);
  expect(missing.troubles).toContainEqual({ kind: 'gap', who: 'part 2 of 3', what: 'its folder was not given' });
  expect(missing.troubles.filter(({ kind }) => kind === 'gap')).toHaveLength(1 + 2);
  expect(JSON.parse(gradebookText(missing)).complete).toBe(false);
});

test('parts of different classes are not joined; results that contradict each other are named', async () => {
  using scratch = new Scratch();
  handIn(scratch);
  await grade(scratch, 'a', new Played(bobFails), { shard: { index: 0, count: 2 } });
  const other = new Played(bobFails);
  await grade(scratch, 'b', other, { shard: { index: 1, count: 2 }, grading: other.grading({ seed: 'other' }) });
  expect(() => merge(['a', 'b'], scratch.folder)).toThrow(/not parts of one class: the seed is not the same/);
  const late = { ...result('ada', { points: 2, outcome: 'fail', gradedAt: '2026-02-02T00:00:00.000Z' }), lessons: [] };
  for (const order of [[result('ada'), late], [late, result('ada')]]) {
    order.forEach((one, at) => scratch.write(`loose/${at}.json`, JSON.stringify(one)));
    const merged = merge(['loose'], scratch.folder);
    expect(merged.results).toEqual([{ ...result('ada'), flaky: true }]);
    expect(merged.troubles).toEqual([{ kind: 'conflict', who: 'ada', what: expect.stringMatching(/4 of 4 .*, 2 of 4 .*the same files came out differently; the oldest is kept/) }]);
  }
  scratch.write('loose/0.json', JSON.stringify(result('ada', { outcome: 'infra', points: 0, lessons: [], gradedAt: '2025-01-01T00:00:00.000Z' })));
  scratch.write('loose/2.json', '{"schema":');
  const merged = merge(['loose'], scratch.folder);
  expect(merged.results).toEqual([result('ada')]);
  expect(merged.skipped.map((file) => path.basename(file))).toEqual(['2.json']);
});

test('against an older grading: who rises and falls, and why', () => {
  const failed = result('bob', { outcome: 'fail', points: 2, lessons: [{ ...result('bob').lessons[0]!, points: 2, outcome: 'fail', checks: [checked('a', 'pass'), { ...checked('b', 'fail'), mistake: { id: 'm', title: 'It forgot', why: '', look: '' } }] }] });
  const old = [result('ada'), result('bob'), { ...failed, student: { id: 'cyd', name: 'cyd', pseudonym: false } }, result('dan'), result('gone')];
  const now = [result('ada'), failed, result('cyd', { course: { version: '2+0', title: 'Tiny' } }), result('dan', { outcome: 'infra', points: 0, lessons: [] }), result('new')];
  const comparison = compare(old, now);
  expect(comparison.falls).toEqual([expect.objectContaining({ student: 'bob', difference: -2, why: ['01-one b: pass → fail (It forgot)', 'the files are the same'] })]);
  expect(comparison.rises).toEqual([expect.objectContaining({ student: 'cyd', difference: 2, why: ['01-one b: fail → pass', 'the files are the same', 'the course is another version (1+0, now 2+0)'] })]);
  expect(comparison.others.map(({ student, why }) => `${student}: ${why[0]}`)).toEqual([
    'dan: there is no new mark: the machine failed', 'gone: it is not in the new grading', 'new: it was not in the old grading',
  ]);
  expect(comparison.same).toBe(1);
  expect(comparisonText(comparison)).toContain('1 rise, 1 fall, 3 change otherwise, 1 stay. Nothing was replaced.');
});
