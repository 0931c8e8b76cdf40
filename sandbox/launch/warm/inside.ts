/**
 * In the guest, in place of the agent: lets the real agent do a little of everything, with Node's compile cache on, and hands
 * the cache out. The request it is started by says what is to be judged.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { encodeFrame, FrameReader } from '../../wire/frames.ts';
import type { FromAgent, Request, ToAgent, WireFile } from '../../wire/messages.ts';

const CACHE = '/run/warm/node-cache';
const lesson = '/judge/lessons/01-processes';

/** What the agent is asked: to be there, to run something in a wall, to follow something, and to begin judging. */
const requests: Request[] = [
  { op: 'hello' },
  { op: 'run', wall: 'fresh', argv: ['true'] },
  { op: 'trace', box: [], argv: ['sh', '-c', 'hostname x'] },
  { op: 'check', lesson: '01-processes', checks: folder(lesson, ['checks.test.ts']), box: [...folder(`${lesson}/starter`), ...folder(`${lesson}/solution`)], seed: 'warm' },
];

/** Files of a folder; of two with one path the later is laid last. */
function folder(dir: string, names = fs.readdirSync(dir)): WireFile[] {
  return names.map((name) => ({ path: name, base64: fs.readFileSync(`${dir}/${name}`).toString('base64') }));
}

const agent = spawn(process.execPath, ['/judge/sandbox/agent/main.ts'], {
  stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, NODE_COMPILE_CACHE: CACHE },
});
const ended = once(agent, 'close');
const send = (message: ToAgent) => agent.stdin.write(encodeFrame(message));
const reader = new FrameReader();
let next = 0;

function ask(): void {
  const request = requests[next];
  if (request) send({ ...request, id: String(next++) });
  else agent.stdin.end(); // It ends, and Node writes down what it has compiled.
}

agent.stdout.on('data', (chunk: Buffer) => {
  for (const message of reader.push(chunk) as Generator<FromAgent>) {
    // The first result is enough: by then everything has been loaded.
    if (message.event === 'check' && next === requests.length) send({ op: 'cancel', id: 'cancel', target: message.id });
    if ((message.event === 'done' || message.event === 'failed') && message.id === String(next - 1)) ask();
  }
});
ask();
await ended;
const archive = execFileSync('tar', ['--create', '--gzip', '--directory', '/run/warm', 'node-cache'], { maxBuffer: 1e8 });
fs.writeSync(1, encodeFrame({ id: 'warm', event: 'output', stream: 'stdout', base64: archive.toString('base64') }));
