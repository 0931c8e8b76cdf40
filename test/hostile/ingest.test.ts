/** What is no submission, or wants to be more than one: rejected with a reason, and no kernel is started for it. */
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { gzipSync } from 'node:zlib';
import { tar, type TarEntry, zip } from '../grade/archives.ts';
import { corpus, type Hostile } from './kit.ts';

const good: TarEntry = { path: 'box/box.ts', content: 'process.exit(0);\n' };
const handed = (name: string, bytes: Buffer, says: RegExp): Hostile => ({ archive: { name, bytes }, outcome: 'rejected', points: 0, says });
const packed = (says: RegExp, ...entries: TarEntry[]): Hostile => handed('x.tar', tar(good, ...entries), says);
const made = (says: RegExp, lay: (box: string) => void): Hostile => ({ lay: (folder) => lay(path.join(folder, 'box')), outcome: 'rejected', points: 0, says });

const graded = corpus({
  'a path upwards': packed(/leads out/, { path: '../../etc/cron.d/x', content: 'x' }),
  'an absolute path': packed(/absolute/, { path: '/etc/passwd', content: 'x' }),
  'an absolute path in a zip': handed('x.zip', zip({ path: 'box/box.ts', content: 'x' }, { path: '/etc/passwd', content: 'x' }), /./),
  'box.ts is a link': made(/link/, (box) => { fs.rmSync(`${box}/box.ts`); fs.symlinkSync('/etc/shadow', `${box}/box.ts`); }),
  'a folder is a link': packed(/link/, { path: 'box/all', type: 'SymbolicLink', linkpath: '/' }),
  'a link in a zip': handed('x.zip', zip({ path: 'box/box.ts', content: 'x' }, { path: 'box/l', content: '/etc/shadow', mode: 0o120777 }), /link/),
  'a hard link': packed(/link/, { path: 'box/hard', type: 'Link', linkpath: '/etc/shadow' }),
  'a hard link to a file outside': made(/hard link/, (box) => { fs.writeFileSync(path.join(path.dirname(box), '..', 'outside'), 'x'); fs.linkSync(path.join(path.dirname(box), '..', 'outside'), `${box}/hard`); }),
  'a device': packed(/device/i, { path: 'box/sda', type: 'BlockDevice' }),
  'a pipe': packed(/pipe|FIFO/i, { path: 'box/pipe', type: 'FIFO' }),
  'a program that becomes root': packed(/setuid|set-user|root/i, { path: 'box/su', content: 'x', mode: 0o4755 }),
  'a bomb': handed('x.tar.gz', gzipSync(tar(good, { path: 'box/zeros', content: Buffer.alloc(40 << 20) })), /times its size/),
  'more files than anybody has': packed(/files/, ...Array.from({ length: 21_000 }, (_, at) => ({ path: `box/${at}`, content: '' }))),
  'folders without end': packed(/folders deep/, { path: `box/${'d/'.repeat(45)}x`, content: 'x' }),
  'a name without end': handed('x.zip', zip({ path: 'box/box.ts', content: 'x' }, { path: `box/${'n'.repeat(2000)}`, content: 'x' }), /too long/),
  'nothing': handed('x.zip', Buffer.alloc(0), /empty/),
  'half an archive': handed('x.tar.gz', gzipSync(tar(good)).subarray(0, 60), /./),
  'a picture': handed('x.zip', Buffer.from('\x89PNG\r\n\x1a\n'), /./),
  'no box': handed('x.tar', tar({ path: 'readme.md', content: 'x' }), /box\.ts/),
  'two boxes': packed(/more than one box\.ts/, { path: 'workspace/box/box.ts', content: 'x' }),
});

test('no kernel was started for any of them', () => {
  for (const result of graded.values()) {
    expect(result.kernel).toBeUndefined();
    expect(result.lessons).toEqual([]);
    expect(result.durationMs).toBeLessThan(5_000);
  }
});
