#!/usr/bin/env node
/** box, a small container runtime. This file only wires: read the command line, do what it says, end with a status. */
import { parse } from './cli.ts';
import { detach } from './detach.ts';
import { diff } from './diff.ts';
import { exec, join } from './exec.ts';
import { ps } from './ps.ts';
import { run } from './run.ts';
import { kill, stop } from './signals.ts';
import { readLetter, stage } from './stage.ts';
import { contain, find, remove } from './store.ts';

/** Does what the command line asks; returns the exit status. Throws where box itself fails. */
async function main(argv: string[]): Promise<number> {
  const asked = parse(argv);
  switch (asked.verb) {
    case 'run':
      return asked.options.detach ? detach(asked.options) : contain(asked.options, run);
    case 'exec':
      return exec(asked.options);
    case 'keep':
      return contain(readLetter(), run);
    case 'diff': {
      const { upper, layers } = find(asked.name);
      for (const { kind, path } of diff(upper, layers)) console.log(kind, path);
      return 0;
    }
    case 'rm':
      remove(asked.name);
      return 0;
    case 'ps':
      for (const line of ps(asked.all)) console.log(line);
      return 0;
    case 'stop':
      await stop(asked.name, asked.seconds);
      return 0;
    case 'kill':
      kill(asked.name, asked.signal);
      return 0;
    case 'stage':
      return stage();
    case 'join':
      return join();
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  // 125 is Docker's word for "the runtime failed, not the command". Left alone, Node would end with 1, and 1 is a
  // status that thousands of commands use for something else.
  console.error(`box: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 125;
}
