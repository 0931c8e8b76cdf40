/** Values as a person reads them, in `expected` and `observed`. Pure. */
import { describeFile } from '../observe/inside.ts';
import type { FileFacts } from '../observe/inside.ts';
import type { Mount } from '../observe/mountinfo.ts';

/** Longest text of one value, in characters. */
const LONGEST = 200;
/** Elements of a list, or entries of an object, that are shown. */
const MOST = 12;

/** `"a b"`, `412`, `412, 1`, `none`, `yes`: one line, at most LONGEST characters. */
export function show(value: unknown): string {
  const text = tell(value, true);
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}

function tell(value: unknown, outermost: boolean): string {
  switch (typeof value) {
    case 'string':
      return value === '' ? 'empty' : JSON.stringify(value);
    case 'boolean':
      return value ? 'yes' : 'no';
    case 'number':
    case 'bigint':
      return String(value);
    case 'undefined':
      return 'none';
    case 'object':
      return value === null ? 'none' : tellObject(value, outermost);
    default:
      return String(value);
  }
}

function tellObject(value: object, outermost: boolean): string {
  if (isMount(value)) return `${value.type} on ${JSON.stringify(value.mountPoint)} (${value.options.join(',')})`;
  // Where a link leads is a text like any other, and may hold anything.
  if (isFile(value)) return describeFile(value.target === undefined ? value : { ...value, target: JSON.stringify(value.target) });
  const list = Array.isArray(value);
  const parts = list
    ? value.map((element: unknown) => tell(element, false))
    : Object.entries(value).map(([key, element]) => `${key}: ${tell(element, false)}`);
  if (parts.length === 0) return list ? 'an empty list' : 'nothing';
  const shown = parts.length > MOST ? [...parts.slice(0, MOST), `… ${parts.length - MOST} more`] : parts;
  const text = shown.join(', ');
  return outermost ? text : list ? `[${text}]` : `{ ${text} }`;
}

/** In the manner of mount(8). */
function isMount(value: object): value is Mount {
  return 'mountPoint' in value && 'propagation' in value;
}

/** What `lstat` found, which is no list of numbers to a person. */
function isFile(value: object): value is FileFacts {
  return 'kind' in value && 'mode' in value && 'inode' in value;
}
