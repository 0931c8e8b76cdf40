/**
 * The tracer as a process of its own, because waiting for the next stop blocks its thread: one JSON object a line on standard
 * output, `{"begun": true}`, `{"step": …}` as they come and `{"end": …}` once. Ended by being killed.
 *
 *     node sandbox/trace/main.ts PID HOST HOME MOST
 */
import fs from 'node:fs';
import { Tracer } from './tracer.ts';

const [pid, host, home, most] = process.argv.slice(2);
const say = (what: object): void => {
  // Synchronous and whole: the reader is a pipe that somebody empties.
  for (let rest = Buffer.from(`${JSON.stringify(what)}\n`); rest.length > 0;) rest = rest.subarray(fs.writeSync(1, rest));
};
const tracer = new Tracer({ pid: Number(pid), host: Number(host), home: home ?? '', mostSteps: Number(most), onBegin: () => say({ begun: true }), onStep: (step) => say({ step, processes: tracer.processes }) });
say({ end: { ...tracer.run(), processes: tracer.processes } });
