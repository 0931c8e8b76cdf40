/** A part of a class: which of several machines grades which submission. Pure. */
import { createHash } from 'node:crypto';
import { UserError } from '../errors.ts';

/** The `index`-th of `count` parts, counted from 0. */
export type Shard = { index: number; count: number };

/** More parts than this are a mistake in writing. */
const MOST = 10_000;

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Reads `--shard`: `2/4` is the second of four parts; `auto` takes part and number from the variables of Kubernetes Indexed Jobs,
 * AWS Batch arrays or Slurm arrays, `auto/4` only the part.
 *
 * Throws UserError.
 */
export function readShard(text: string, env: Env): Shard {
  const [, part = '', total] = /^(auto|\d+)(?:\/(\d+))?$/.exec(text) ?? [];
  if (part === '' || (part !== 'auto' && total === undefined)) {
    throw new UserError(`"${text}" is no part of a class.`, { next: ['--shard 2/4 is the second of four parts; --shard auto reads the variables of a job array.'] });
  }
  const shard = part === 'auto' ? fromArray(env, total) : { index: Number(part) - 1, count: Number(total) };
  if (!(shard.count >= 1 && shard.count <= MOST && shard.index >= 0 && shard.index < shard.count)) {
    throw new UserError(`There is no part ${shard.index + 1} of ${shard.count}.`, { next: ['--shard i/n counts from 1: 1/4, 2/4, 3/4, 4/4.'] });
  }
  return shard;
}

/** Each array's index, where it begins, and how many there are. */
const arrays: readonly { name: string; index: string; first?: string; count: string }[] = [
  // Kubernetes gives no number: the job's file sets it beside `completions`.
  { name: 'a Kubernetes Indexed Job', index: 'JOB_COMPLETION_INDEX', count: 'JOB_COMPLETION_COUNT' },
  { name: 'an AWS Batch array', index: 'AWS_BATCH_JOB_ARRAY_INDEX', count: 'AWS_BATCH_JOB_ARRAY_SIZE' },
  { name: 'a Slurm array', index: 'SLURM_ARRAY_TASK_ID', first: 'SLURM_ARRAY_TASK_MIN', count: 'SLURM_ARRAY_TASK_COUNT' },
];

function fromArray(env: Env, total: string | undefined): Shard {
  const array = arrays.find(({ index }) => isNumber(env[index]));
  if (!array) {
    throw new UserError('--shard auto finds none of the variables of a job array.', { next: [`It reads ${arrays.map(({ index }) => index).join(', ')}; without them, --shard 1/4.`] });
  }
  const count = total ?? env[array.count];
  if (!isNumber(count)) throw new UserError(`This is ${array.name}, but ${array.count} does not say of how many parts.`, { next: ['--shard auto/4 says it here.'] });
  const first = array.first !== undefined && isNumber(env[array.first]) ? Number(env[array.first]) : 0;
  return { index: Number(env[array.index]) - first, count: Number(count) };
}

function isNumber(text: string | undefined): text is string {
  return text !== undefined && /^\d+$/.test(text);
}

/**
 * Which of `count` parts each submission of a class belongs to. They are dealt out in the order of their names' hashes: every machine
 * comes to the same, in whatever order it lists them, and no part is larger than another by more than one.
 */
export function dealOut(names: readonly string[], count: number): ReadonlyMap<string, number> {
  const hashed = names.map((name) => ({ name, hash: createHash('sha256').update(name.normalize('NFC')).digest('hex') }));
  hashed.sort((a, b) => (`${a.hash} ${a.name}` < `${b.hash} ${b.name}` ? -1 : 1));
  return new Map(hashed.map(({ name }, rank) => [name, rank % count]));
}
