/** What `drydock grade` is told: seed, salt, part, workers. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readRecord } from '../grade/merge.ts';
import { readShard, type Shard } from '../grade/shard.ts';
import { writeAtomic } from '../grade/store.ts';
import { UserError } from '../errors.ts';
import type { Context } from './command.ts';

/** What a worker needs at most: the guest's memory, its disks' memory, its keeper. */
const WORKER_BYTES = 640 * 1024 * 1024;

/** The seed that was asked for, else the one of this folder, else a new one. Parts of a class must be told: each is another folder. */
export function chosenSeed(context: Context, out: string, shard: Shard | undefined): string {
  const named = context.values['seed'];
  if (typeof named === 'string') {
    if (/^[\w.-]{1,64}$/.test(named)) return named;
    throw new UserError(`"${named}" is no seed.`, { next: ['A seed is 1 to 64 letters, digits, and . _ -'] });
  }
  const record = path.join(out, 'class.json');
  if (fs.existsSync(record)) return readRecord(record).seed;
  if (shard) throw new UserError('Parts of a class must be graded with one seed, and there is no --seed.', { next: ['--seed S, the same for every part; keep it to yourself until all is handed in'] });
  return randomBytes(8).toString('hex');
}

/** What pseudonyms are made with: told, or kept in the folder, or that of the earlier grading, or new. */
export function chosenSalt(context: Context, of: { out: string; against: string | undefined; seed: string; shard: Shard | undefined; named: boolean }): string {
  const told = context.values['salt'] ?? context.env['DRYDOCK_GRADE_SALT'];
  if (typeof told === 'string' && told !== '') return told;
  const kept = path.join(of.out, 'private', 'salt');
  for (const file of [kept, ...(of.against === undefined ? [] : [path.join(of.against, 'private', 'salt')])]) {
    const salt = fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim() : '';
    if (salt !== '') return salt;
  }
  if (of.shard) {
    if (!of.named) context.warn('drydock: Without --salt, pseudonyms are made with the seed: whoever knows it and the names can tell whose they are.');
    return `seed ${of.seed}`;
  }
  const salt = randomBytes(16).toString('hex');
  writeAtomic(kept, `${salt}\n`, 0o600);
  return salt;
}

export function chosenShard(context: Context): Shard | undefined {
  const named = context.values['shard'];
  return typeof named === 'string' ? readShard(named, context.env) : undefined;
}

/** How many kernels at a time: what was asked for, else one for each core that there is memory for. This machine's own kernel is there once. */
export function chosenWorkers(context: Context, kind: 'uml' | 'here'): number {
  const named = context.values['workers'];
  if (typeof named === 'string') {
    const workers = Number(named);
    if (!Number.isInteger(workers) || workers < 1 || workers > 256) throw new UserError(`--workers ${named} is not a number of kernels.`, { next: ['drydock grade … --workers 2'] });
    if (kind === 'uml') return workers;
  }
  if (kind === 'here') return 1;
  return Math.max(1, Math.min(os.availableParallelism(), Math.floor(freeMemory() / WORKER_BYTES)));
}

/** What can be had without swapping (proc(5), meminfo), and not more than our own cgroup allows. */
function freeMemory(): number {
  const available = Number(/^MemAvailable:\s+(\d+) kB/m.exec(read('/proc/meminfo'))?.[1] ?? 0) * 1024 || os.freemem();
  const limit = Number(read('/sys/fs/cgroup/memory.max'));
  const used = Number(read('/sys/fs/cgroup/memory.current'));
  return Number.isFinite(limit) && limit > 0 ? Math.min(available, Math.max(0, limit - used)) : available;
}

function read(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
