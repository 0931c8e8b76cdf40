/**
 * Is this a request? Whatever comes over the line is checked field by field before anything is done with it. Written by hand:
 * a schema library would cost the agent a tenth of a second before its first answer.
 */
import type { ToAgent } from '../wire/messages.ts';

/** A request that cannot be one, or not now: answered with `failed`, reason `usage`. */
export class UsageError extends Error {
  override name = 'UsageError';
}

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string' && !value.includes('\0');
const anyText: Check = (value) => typeof value === 'string';
const flag: Check = (value) => typeof value === 'boolean';
const amount: Check = (value) => typeof value === 'number' && value >= 0;
const oneOf = (...words: readonly string[]): Check => (value) => words.includes(value as string);
const listOf = (check: Check): Check => (value) => Array.isArray(value) && value.every(check);
const maybe = (check: Check): Check => (value) => value === undefined || check(value);
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const shape = (fields: Record<string, Check>): Check => (value) => isRecord(value) && badField(value, fields) === undefined;

const edit: Check = (value) => Array.isArray(value) && value.length === 2 && amount(value[0]) && (amount(value[1]) || anyText(value[1]));
const file = shape({ path: text, base64: anyText, executable: maybe(flag), types: maybe(listOf(edit)) });
const size = shape({ columns: amount, rows: amount });
const argv: Check = (value) => listOf(text)(value) && (value as string[]).length > 0;
const variables: Check = (value) => isRecord(value) && Object.entries(value).every(([name, each]) => /^[^=\0]+$/.test(name) && text(each));

/** The fields of each request besides `id` and `op`. */
const requests: Record<ToAgent['op'], Record<string, Check>> = {
  hello: {},
  check: { lesson: text, checks: listOf(file), box: listOf(file), command: maybe(text), seed: text, allRules: maybe(flag), firstFailure: maybe(flag), nonce: maybe(text) },
  parity: { box: listOf(file), command: maybe(text), version: maybe(argv), seed: text },
  run: {
    wall: oneOf('playground', 'fresh'), box: maybe(listOf(file)), argv, cwd: maybe(text), env: maybe(variables), terminal: maybe(size),
    outputLimit: maybe(amount), timeLimit: maybe(amount), limits: maybe(shape({ memory: maybe(amount), pids: maybe(amount) })),
  },
  experiment: { session: text, script: text, box: listOf(file), timeLimit: maybe(amount) },
  trace: { box: listOf(file), argv, setup: maybe(text), timeLimit: maybe(amount) },
  reset: { session: text },
  xray: { of: maybe(text) },
  census: {},
  cancel: { target: text },
  input: { target: text, base64: anyText },
  inputEnd: { target: text },
  end: { target: text },
  resize: { target: text, terminal: size },
  signal: { target: text, signal: text },
};

/** The id of a message, where it has one. */
export function idOf(message: unknown): string | undefined {
  return isRecord(message) && typeof message['id'] === 'string' ? message['id'] : undefined;
}

/** The message as a request. Throws UsageError naming what is wrong with it. */
export function asRequest(message: unknown): ToAgent {
  if (!isRecord(message) || idOf(message) === undefined) throw new UsageError('A request is an object with an id and an op.');
  const { op } = message;
  if (typeof op !== 'string' || !Object.hasOwn(requests, op)) throw new UsageError(`There is no request ${JSON.stringify(op)}.`);
  const bad = badField(message, requests[op as ToAgent['op']]);
  if (bad !== undefined) throw new UsageError(`The field ${bad} of a request ${op} is missing or of the wrong kind.`);
  return message as ToAgent;
}

function badField(value: Record<string, unknown>, fields: Record<string, Check>): string | undefined {
  return Object.entries(fields).find(([name, check]) => !check(value[name]))?.[0];
}
