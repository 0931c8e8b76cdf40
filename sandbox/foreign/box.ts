/**
 * Real runtimes with the command line of `box`: `node box.ts RUNTIME run … -- COMMAND`, and `exec` where a runtime has it.
 *
 * This is what an engine is to a runtime: it makes the root directory, writes down what the runtime shall do, waits, and turns what
 * it says into Docker's exit codes. What isolates the command is the runtime's work alone.
 */
import * as bubblewrap from './bubblewrap.ts';
import { BoxError } from './error.ts';
import * as oci from './oci.ts';
import * as unshare from './unshare.ts';
import { parse, parseExec, type Asked, type Joining } from './words.ts';

const runtimes: Record<string, (asked: Asked) => Promise<number>> = {
  runc: (asked) => oci.run('runc', asked),
  crun: (asked) => oci.run('crun', asked),
  bubblewrap: bubblewrap.run,
  unshare: unshare.run,
};

/** Those that have a way into a container that runs. */
const joins: Record<string, (joining: Joining) => Promise<number>> = {
  runc: (joining) => oci.exec('runc', joining),
  crun: (joining) => oci.exec('crun', joining),
};

const [name = '', ...argv] = process.argv.slice(2);
try {
  const run = runtimes[name];
  if (run === undefined) throw new BoxError(125, `${name}: no such runtime`);
  const exec = argv[0] === 'exec' ? joins[name] : undefined;
  process.exitCode = await (exec === undefined ? run(parse(argv)) : exec(parseExec(argv.slice(1))));
} catch (error) {
  if (!(error instanceof Error)) throw error;
  process.stderr.write(`box: ${error.message}\n`);
  process.exitCode = error instanceof BoxError ? error.status : 125;
}
