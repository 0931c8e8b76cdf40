/** TOML with places: parse, check against a schema, and say on which line the trouble is. */
import { parse, TomlError } from 'smol-toml';
import * as v from 'valibot';
import { LessonError, type Place } from './types.ts';

/**
 * Parses TOML and checks it. `place` is that of the text's first line.
 *
 * Throws LessonError: at the line of the syntax error, or at the line of the key that is wrong.
 */
export function readToml<T>(text: string, place: Place, schema: v.GenericSchema<unknown, T>): T {
  let raw: unknown;
  try {
    raw = parse(text);
  } catch (cause) {
    const line = cause instanceof TomlError ? cause.line : 1;
    const message = cause instanceof Error ? cause.message.split('\n')[0] ?? '' : String(cause);
    throw new LessonError(message.replace(/^Invalid TOML document: /, 'this is not TOML: '), { ...place, line: place.line + line - 1 });
  }
  const result = v.safeParse(schema, raw);
  if (result.success) return result.output;
  const issue = result.issues[0];
  const keys = (issue.path ?? []).map((item) => String(item.key));
  throw new LessonError(`${keys.join('.') || 'the document'}: ${issue.message}`, { ...place, line: lineOf(text, keys, place.line) });
}

/** The line on which the key stands, or where it should: the first line. */
function lineOf(text: string, keys: readonly string[], first: number): number {
  const lines = text.split('\n');
  for (const key of keys.toReversed()) {
    const found = lines.findIndex((line) => line.split('=', 1)[0]?.trim().replaceAll(/["']/g, '') === key);
    if (found >= 0) return first + found;
  }
  return first;
}
