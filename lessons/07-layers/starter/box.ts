#!/usr/bin/env node
/** box, a small container runtime. This file only wires: read the command line, do what it says, end with a status. */
import { parseName, parseRun, usage } from './cli.ts';
import { diff } from './diff.ts';
import { run } from './run.ts';
import { stage } from './stage.ts';
import { contain, find, remove } from './store.ts';

/** What each verb does. It returns box's exit status, or nothing, which is 0. Throws where box itself fails. */
const verbs: { [verb: string]: (words: string[]) => number | void | Promise<number | void> } = {
  run: (words) => contain(parseRun(words), run),
  diff: (words) => {
    const { upper, layers } = find(parseName('diff', words));
    for (const { kind, path } of diff(upper, layers)) console.log(kind, path);
  },
  rm: (words) => remove(parseName('rm', words)),
  // No word for people: box says it to itself.
  stage,
};

/** Does what the command line asks; returns the exit status. Throws where box itself fails. */
async function main([verb = '', ...words]: string[]): Promise<number> {
  if (!Object.hasOwn(verbs, verb)) throw new Error(verb === '' ? usage : `${verb}: no such command. ${usage}`);
  return (await verbs[verb]!(words)) ?? 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  // 125 is Docker's word for "the runtime failed, not the command". Left alone, Node would end with 1, and 1 is a
  // status that thousands of commands use for something else.
  console.error(`box: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 125;
}
