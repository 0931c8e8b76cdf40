/** Where in a submission the box lies, and which of its files count. Pure. */
import type { Discarded } from '../result.ts';
import type { Held } from './intake.ts';
import type { IngestLimits } from './limits.ts';
import { quoted, Rejected } from './rejected.ts';

/** What a submission says about itself, at its top: `drydock submit` writes it. */
export const CLAIM_FILE = 'submission.json';

export type Counted = { box: Held[]; discarded: Discarded[]; claim: Buffer | null };

/** Files in a box that are no source of it. The checks, the settings and the packages are the course's. */
const notSource: readonly { what: RegExp; why: string }[] = [
  { what: /^(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|\.npmrc|\.yarnrc(?:\.yml)?|\.pnpmfile\.cjs|bunfig\.toml)$/, why: 'packages are the workbook’s own' },
  { what: /^(?:tsconfig(?:\..+)?\.json|jsconfig\.json|(?:vitest|vite|jest)\.(?:config|workspace|setup)\..+|\.nvmrc|\.node-version|\.editorconfig|\.env(?:\..+)?)$/, why: 'a configuration; the course uses its own' },
  { what: /.\.(?:test|spec)\.[cm]?[jt]sx?$/, why: 'a test; the course’s own checks are used' },
  { what: /^(?:results?|verdicts?|grades?|gradebook|report|junit|test-results?|outcome|score)\.(?:json|xml|tap|csv|html?|md|txt)$/i, why: 'a result; only what the judge sees counts' },
  { what: /^\.git(?:ignore|attributes|modules|keep)?$/, why: 'version control is no part of a box' },
];

/** How many entries of `discarded` are listed. */
const MOST_LISTED = 60;

/** Sorts what was read. Throws Rejected where there is no box, two of them, or one that is too large. */
export function whatCounts(held: readonly Held[], already: Iterable<Discarded>, limits: IngestLimits): Counted {
  const wrap = wrapOf(held.map(({ path }) => path));
  const root = findBox(held, wrap);
  const box: Held[] = [];
  const discarded = [...already].map(({ path, why }) => ({ path: without(path, wrap), why }));
  const outside = new Set<string>();
  let claim: Buffer | null = null;
  for (const file of held) {
    if (file.path === `${wrap}${CLAIM_FILE}` && root !== wrap) {
      claim = file.bytes;
      continue;
    }
    if (!file.path.startsWith(root)) {
      outside.add(topOf(without(file.path, wrap), without(root, wrap)));
      continue;
    }
    const path = file.path.slice(root.length);
    const name = path.slice(path.lastIndexOf('/') + 1);
    const rule = notSource.find(({ what }) => what.test(name));
    if (rule) discarded.push({ path: without(file.path, wrap), why: rule.why });
    else box.push({ ...file, path });
  }
  for (const path of outside) discarded.push({ path, why: 'outside of box' });
  refuseTooMuch(box, limits);
  return { box: box.sort((a, b) => (a.path < b.path ? -1 : 1)), discarded: listed(discarded), claim };
}

/** The folder that everything lies in, with its slash, where there is one and it is not the box itself. */
function wrapOf(paths: readonly string[]): string {
  const top = paths[0]?.split('/')[0];
  if (top === undefined || top === 'box' || top === 'workspace') return '';
  return paths.every((path) => path.startsWith(`${top}/`)) ? `${top}/` : '';
}

/** The box's folder with its slash: box/, workspace/box/ or the top, each perhaps in one folder around it. */
function findBox(held: readonly Held[], wrap: string): string {
  const has = (root: string): boolean => held.some(({ path }) => path === `${root}box.ts`);
  const places = [`${wrap}box/`, `${wrap}workspace/box/`, wrap];
  const found = places.filter(has);
  const [first, second] = found;
  if (first !== undefined && second !== undefined) {
    throw new Rejected(`It has more than one box.ts: ${found.map((root) => quoted(`${root.slice(wrap.length)}box.ts`)).join(' and ')}.`, 'Hand in one box: drydock submit packs the one of your workspace.');
  }
  if (first !== undefined) return first;
  if (held.length === 0) throw new Rejected('It is empty.', 'Hand in the folder box of your workspace: drydock submit packs it.');
  const elsewhere = held.find(({ path }) => /(?:^|\/)box\.ts$/.test(path));
  throw new Rejected(
    elsewhere ? `box.ts is not where it belongs: it lies at ${quoted(elsewhere.path.slice(wrap.length))}.` : 'It has no box.ts, the file that is started.',
    'Hand in the folder box of your workspace, with box.ts in it: drydock submit packs it.',
  );
}

function without(path: string, wrap: string): string {
  return path.startsWith(wrap) ? path.slice(wrap.length) || path : path;
}

/** The topmost folder of what lies outside of the box: all that is in it need not be named. */
function topOf(path: string, root: string): string {
  const segments = path.split('/');
  const shared = root.split('/').filter((segment, at) => segment !== '' && segments[at] === segment).length;
  const deep = Math.min(segments.length, shared + 1);
  return segments.slice(0, deep).join('/') + (deep < segments.length ? '/' : '');
}

function refuseTooMuch(box: readonly Held[], { box: most }: IngestLimits): void {
  const large = box.find(({ bytes }) => bytes === null);
  const total = box.reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0);
  const advice = 'Take out what is no source of box, and hand it in again.';
  if (large || total > most.bytes) throw new Rejected(`Its box has more than ${most.bytes / 1024 / 1024} MiB${large ? ` (${quoted(large.path)})` : ''}.`, advice);
  if (box.length > most.files) throw new Rejected(`Its box has more than ${most.files} files.`, advice);
  const deep = box.find(({ path }) => path.split('/').length - 1 > most.depth);
  if (deep) throw new Rejected(`Its box is more than ${most.depth} folders deep (${quoted(deep.path)}).`, advice);
}

function listed(all: readonly Discarded[]): Discarded[] {
  const sorted = [...all].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  if (sorted.length <= MOST_LISTED) return sorted;
  return [...sorted.slice(0, MOST_LISTED), { path: '…', why: `and ${sorted.length - MOST_LISTED} more` }];
}
