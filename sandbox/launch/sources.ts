/** A fingerprint of the sources a keeper and its kernel run from: a keeper that was started before an update is replaced. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { checkoutRoot } from '../image/places.ts';

/** Names, sizes and times of everything below sandbox/, and of the npm lock, as a short hash. Takes a few milliseconds. */
export function sourcesFingerprint(root = checkoutRoot()): string {
  const hash = createHash('sha256');
  const folder = path.join(root, 'sandbox');
  const files = fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name)).sort();
  for (const file of [...files, path.join(root, 'package-lock.json')]) {
    const { size, mtimeMs } = fs.statSync(file);
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex').slice(0, 16);
}
