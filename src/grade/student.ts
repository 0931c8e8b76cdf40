/**
 * Who handed in what: a roster, or pseudonyms.
 *
 * A pseudonym is an HMAC-SHA256 of the submission's name under the class's salt, as ten letters and digits: the same name has the
 * same pseudonym whenever and wherever the same salt is used, and without the salt a list of names does not lead back. Pure.
 */
import { createHmac } from 'node:crypto';
import { UserError } from '../errors.ts';
import type { Found } from './found.ts';
import type { SubmissionResult } from './result.ts';

export type Student = SubmissionResult['student'];

/** Without letters and digits that are taken for one another. */
const alphabet = '23456789abcdefghjkmnpqrstuvwxyz';

/** A short stable name for a submission's name; also what a submission is called in files, where a roster must not show. */
export function pseudonymOf(name: string, salt: string): string {
  const digest = createHmac('sha256', salt).update(name.normalize('NFC')).digest();
  return `student-${[...digest.subarray(0, 10)].map((byte) => alphabet[byte % alphabet.length]).join('')}`;
}

/** Somebody of the class, and the names of folders or archives by which they are known. */
export type Person = { known: string[]; id: string; name: string; email?: string };

/**
 * Reads a roster: CSV with a head line (RFC 4180), or JSON, a list of objects. Columns: `folder` (the submission's name, or what a
 * learning platform calls it: its number, its name), `id`, `name`, `email`. Without `folder`, the id is also the folder.
 *
 * Throws UserError, naming the line.
 */
export function readRoster(text: string, file: string): Person[] {
  const rows = text.trimStart().startsWith('[') ? jsonRows(text, file) : csvRows(text, file);
  const people = rows.map(({ row, line }) => {
    const id = row['id']?.trim() || row['email']?.trim() || '';
    if (id === '') throw new UserError(`${file}: line ${line} has no id.`, { next: ['A roster has the columns folder, id, name, email.'] });
    const folder = row['folder']?.trim() || id;
    const email = row['email']?.trim();
    return { known: [folder], id, name: row['name']?.trim() || id, ...(email ? { email } : {}) };
  });
  const seen = new Map<string, Person>();
  for (const person of people) {
    const same = seen.get(person.id);
    if (same) same.known.push(...person.known);
    else seen.set(person.id, person);
  }
  const names = [...seen.values()].flatMap(({ known }) => known);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new UserError(`${file}: the folder "${twice}" belongs to more than one person.`, { next: ['Each folder stands in the roster once.'] });
  return [...seen.values()];
}

/** Whose submission this is. Without a roster, or where nobody has it, a pseudonym. */
export function studentOf(found: Found, roster: readonly Person[] | undefined, salt: string): Student {
  const person = roster?.find(({ known }) => known.some((name) => found.names.includes(name)));
  if (person) return { id: person.id, name: person.name, ...(person.email === undefined ? {} : { email: person.email }), pseudonym: false };
  const pseudonym = pseudonymOf(found.name, salt);
  return { id: pseudonym, name: pseudonym, pseudonym: true };
}

type Row = { row: Readonly<Record<string, string>>; line: number };

function jsonRows(text: string, file: string): Row[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (cause) {
    throw new UserError(`${file} is not JSON: ${(cause as Error).message}.`, { cause });
  }
  if (!Array.isArray(list)) throw new UserError(`${file} is not a list of people.`);
  return list.map((one: unknown, at) => {
    if (typeof one !== 'object' || one === null) throw new UserError(`${file}: entry ${at + 1} is not an object.`);
    return { row: Object.fromEntries(Object.entries(one).map(([key, value]) => [key.toLowerCase(), String(value)])), line: at + 1 };
  });
}

function csvRows(text: string, file: string): Row[] {
  const [head = [], ...rest] = parseCsv(text.replace(/^\ufeff/, ''));
  const columns = head.map((name) => name.trim().toLowerCase());
  if (!columns.includes('id') && !columns.includes('email')) {
    throw new UserError(`${file} has no column "id" in its first line.`, { next: ['The first line names the columns: folder,id,name,email'] });
  }
  return rest.flatMap((cells, at) => (cells.every((cell) => cell.trim() === '') ? [] : [{ row: Object.fromEntries(columns.map((name, column) => [name, cells[column] ?? ''])), line: at + 2 }]));
}

/** Cells of a CSV text, RFC 4180: quotes around a cell, doubled within. Also takes `;` where the first line has no comma. */
export function parseCsv(text: string): string[][] {
  const [first = ''] = text.split('\n', 1);
  const separator = !first.includes(',') && first.includes(';') ? ';' : ',';
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let open = false;
  const endRow = (): void => {
    rows.push([...row, cell]);
    row = [];
    cell = '';
  };
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (open) {
      if (letter !== '"') cell += letter;
      else if (text[at + 1] === '"') cell += text[at++];
      else open = false;
    } else if (letter === '"' && cell === '') open = true;
    else if (letter === separator) {
      row.push(cell);
      cell = '';
    } else if (letter === '\n') endRow();
    else if (letter !== '\r' || text[at + 1] !== '\n') cell += letter;
  }
  if (cell !== '' || row.length > 0) endRow();
  return rows;
}
