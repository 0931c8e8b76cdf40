/** The judge's agent: one process per kernel, outside every wall. Standard input and output are its line to the keeper. */
import fs from 'node:fs';
import type { LineRead } from '../wire/messages.ts';
import { Line, readMessages } from './line.ts';
import { Requests } from './requests.ts';
import { readWorld } from './world.ts';

// Should memory run out, learner code goes first; see proc_pid_oom_score_adj(5).
fs.writeFileSync('/proc/self/oom_score_adj', '-1000');

const world = readWorld(process.env);
// In our own kernel: a mount that is bound over itself doubles with every turn where it is shared, and a kernel that is busy
// copying a hundred thousand of them (the usual limit for one namespace) answers nobody.
if (world.kernel.kind === 'uml') fs.writeFileSync('/proc/sys/fs/mount-max', '2000');

const line = new Line(1);
const requests = new Requests(world, (message) => line.send(message));
const ended = readMessages(process.stdin, {
  take: (message) => requests.take(message),
  complain: ({ message }) => void line.send({ id: '', event: 'failed', reason: 'usage', message }),
  progress: (bytes) => void line.send({ id: 'keeper:read', event: 'read', bytes } satisfies LineRead),
});
await Promise.race([ended, line.broken]);
await requests.close();
await Promise.race([line.flushed(), line.broken]);
process.exit(0);
