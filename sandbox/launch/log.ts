/** A small log file that cannot grow: what a keeper did, for bug reports. */
import fs from 'node:fs';

/** Starts `file` anew; returns how to add a line. After `limit` bytes nothing more is written. */
export function cappedLog(file: string, limit = 64 * 1024): (line: string) => void {
  fs.writeFileSync(file, '');
  let room = limit;
  return (line) => {
    const text = `${new Date().toISOString()} ${line}\n`;
    room -= text.length;
    if (room > 0) fs.appendFileSync(file, text);
  };
}
