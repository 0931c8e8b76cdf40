/** Submissions whose words are the attack, and submissions that are merely unusual: the one breaks no report, the other loses no point. */
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { SubmissionResult } from '../../src/grade/index.ts';
import { type ClassResults, classTable, gradeFormatNames, gradeFormats } from '../../src/report/grade/index.ts';
import { XMLParser } from '../report/xml.ts';
import { alsoRuns, runs } from './boxes.ts';
import { corpus } from './kit.ts';

const vicious = [
  '\\x1b]52;c;cm0gLXJmIC8=\\x07', '\\x1b]0;title\\x07', '\\x1b[2J\\x1b[1;1H', '\\x9b31m', '\\u202egnp.exe\\u202c\\u2066x\\u2069', '\\u200b\\ufeff', '\\n::error file=x::injected\\n::set-output name=points::14\\n##[error]x',
  ']]>', '</testcase></testsuite>', '<script>alert(1)</script><img src=x onerror=alert(1)>', '=cmd(1)', '@SUM(1)', '\\nok 1 - runs\\nnot ok\\n1..0\\n', '| a | b |\\n|---|---|', '\`\`\`\\n# head', '\\0', '\\r\\n', '"",""',
].join('');

/** Another learner's box, which passes and looks unlike the reference. */
function otherBox(name: string): (folder: string) => void {
  return (folder) => {
    const at = path.resolve(import.meta.dirname, '../fixtures/boxes', name, '01-processes');
    fs.cpSync(at, path.join(folder, 'box'), { recursive: true });
  };
}

const names = {
  words: '=cmd|\' /C calc\'!A0 \u001b]52;c;eA==\u0007<b>]]>\n::error::x\u202e,"x"\n1..0',
  bytes: '../../etc/passwd\0\r\n@x',
};

const graded = corpus({
  [names.words]: { files: runs(`process.stderr.write('${vicious}'); process.stdout.write('${vicious}'); return 7;`), outcome: 'fail', points: 1 },
  [names.bytes]: { files: runs(`const all = Buffer.alloc(4000); for (let at = 0; at < all.length; at++) all[at] = at; process.stderr.write(all); return 127;`), outcome: 'fail' },
  'is slow, and correct': { files: alsoRuns('await new Promise((done) => setTimeout(done, 300));'), outcome: 'pass', points: 14 },
  'is one file': { lay: otherBox('one-file'), outcome: 'pass', points: 14 },
  'is many files': { lay: otherBox('many-files'), outcome: 'pass', points: 14 },
});

function ofClass(): ClassResults {
  const results: SubmissionResult[] = [...graded.values()];
  const lessons = (results[0]?.lessons ?? []).map(({ lesson: id, title, maxPoints }) => ({ id, title, maxPoints }));
  return { results, course: { title: results[0]?.course.title ?? '', lessons }, generatedAt: '2026-01-01T00:00:00.000Z' };
}

/** What a terminal obeys, what turns text around, and what is not there to be seen. */
const harmful = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2066-\u2069\ufeff]/u;

test.each(gradeFormatNames)('%s says nothing that a terminal or a log would obey', (format) => {
  const files = gradeFormats[format](ofClass());
  expect(files.length).toBeGreaterThan(0);
  for (const { path: at, text } of files) {
    expect(at).toMatch(/^[\w.@=+-]+(?:\/[\w.@=+-]+)*$/);
    expect(at.split('/')).not.toContain('..');
    expect(text.replace(/^\ufeff/, '')).not.toMatch(harmful);
    if (format !== 'github') expect(text).not.toMatch(/^\s*(?:::|##\[)/m);
    if (at.endsWith('.json')) JSON.parse(text);
    if (at.endsWith('.xml')) new XMLParser(text).document();
    if (at.endsWith('.csv')) expect(text).not.toMatch(/(?:^|,)"?[=@]/m);
    if (at.endsWith('.html')) expect(text).not.toMatch(/<script>alert|<img src=x/);
  }
});

test('nor does the table for the terminal', () => {
  expect(classTable(ofClass(), { columns: 100, colour: false })).not.toMatch(harmful);
});
