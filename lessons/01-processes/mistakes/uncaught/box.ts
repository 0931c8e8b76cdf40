#!/usr/bin/env node
/** box, a small container runtime. This file only wires: read the command line, do what it says, end with a status. */
import { parse } from './cli.ts';
import { run } from './run.ts';

/** Does what the command line asks; returns the exit status. Throws where box itself fails. */
async function main(argv: string[]): Promise<number> {
  const asked = parse(argv);
  switch (asked.verb) {
    case 'run':
      return run(asked.options);
  }
}

process.exitCode = await main(process.argv.slice(2));
