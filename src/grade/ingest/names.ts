/** What the paths in a submission may be, and which of them are never looked at. Pure. */
import type { IngestLimits } from './limits.ts';
import { quoted, Rejected } from './rejected.ts';
import { isPlain } from './show.ts';

/** Folders that are the tools', not the learner's, wherever they lie: why they do not count. */
const tools: Readonly<Record<string, string>> = {
  node_modules: 'packages are the workbook’s own',
  '.git': 'version control is no part of a box',
  '.hg': 'version control is no part of a box',
  '.svn': 'version control is no part of a box',
  '.husky': 'hooks are never run',
  '.vscode': 'an editor’s settings',
  '.idea': 'an editor’s settings',
  __macosx: 'an archiver’s own',
};

/** Files that are an editor's or a desktop's. */
const litter = /^(?:\.DS_Store|Thumbs\.db|desktop\.ini|\._.*|\.#.*|.*~|\..*\.sw[a-p]|#.*#|4913)$/;

/**
 * The path of an entry in one spelling: segments joined by `/`, without `.` and empty ones.
 *
 * Throws Rejected where it leaves the submission, or cannot be a name: absolute, `..`, a drive, a backslash, a character that
 * is not to be seen, or too long. An empty path is the submission's own folder.
 */
export function cleanPath(raw: string, limits: IngestLimits): string {
  if (raw.startsWith('/') || /^[A-Za-z]:/.test(raw)) {
    throw new Rejected(`${quoted(raw)} is an absolute path, which leads out of the submission.`, 'Pack the folder box from inside your workspace: drydock submit does it.');
  }
  const segments = raw.split('/').filter((segment) => segment !== '' && segment !== '.');
  if (segments.includes('..')) {
    throw new Rejected(`${quoted(raw)} leads out of the submission (..).`, 'Pack the folder box from inside your workspace: drydock submit does it.');
  }
  if (Buffer.byteLength(raw) > limits.path || segments.some((segment) => Buffer.byteLength(segment) > limits.name)) {
    throw new Rejected(`${quoted(raw)} is too long a path.`, `At most ${limits.path} bytes in all and ${limits.name} in one name are taken: use shorter names.`);
  }
  if (!segments.every(isPlain)) {
    throw new Rejected(`${quoted(raw)} has a character in its name that is not to be seen.`, 'Rename that file with letters, digits, and . _ - only, and hand it in again.');
  }
  if (raw.includes('\\')) throw new Rejected(`${quoted(raw)} has a backslash in its name.`, 'Pack it again with drydock submit, or with tar or zip on Linux or macOS.');
  if (segments.length > limits.depth) throw new Rejected(`${quoted(raw)} is more than ${limits.depth} folders deep.`, 'Hand in the folder box alone.');
  return segments.join('/');
}

/** The first folder of this path that is a tool's, with the reason; undefined where all of it may be the learner's. */
export function toolFolder(path: string): { path: string; why: string } | undefined {
  const segments = path.split('/');
  const at = segments.findIndex((segment) => Object.hasOwn(tools, segment.toLowerCase()));
  if (at < 0) return undefined;
  return { path: `${segments.slice(0, at + 1).join('/')}/`, why: tools[(segments[at] ?? '').toLowerCase()] ?? '' };
}

export function isLitter(path: string): boolean {
  return litter.test(path.slice(path.lastIndexOf('/') + 1));
}

/** Two paths of the same key are the same file on some machine: letters without case, one Unicode form. */
function keyOf(path: string): string {
  return path.normalize('NFKC').toLowerCase().toUpperCase().normalize('NFKC');
}

/** Remembers names, and refuses one that another machine could not tell from one that was there before. */
export class Names {
  readonly #seen = new Map<string, { path: string; folder: boolean }>();

  /** Throws Rejected: the same file twice, a file where a folder is, or two spellings of one name. */
  add(path: string, folder: boolean): void {
    const segments = path.split('/');
    for (let length = 1; length <= segments.length; length++) {
      const part = segments.slice(0, length).join('/');
      const isFolder = folder || length < segments.length;
      const key = keyOf(part);
      const known = this.#seen.get(key);
      if (!known) this.#seen.set(key, { path: part, folder: isFolder });
      else if (known.path !== part) {
        throw new Rejected(`${quoted(known.path)} and ${quoted(part)} are the same name on some machines (they differ by case or Unicode form).`, 'Rename one of the two, and hand it in again.');
      } else if (known.folder !== isFolder || !isFolder) {
        throw new Rejected(`${quoted(part)} is in the archive twice.`, 'Pack it again into a new archive: drydock submit makes one.');
      }
    }
  }
}
