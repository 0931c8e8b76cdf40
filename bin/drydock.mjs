#!/usr/bin/env node
/**
 * The front door: sets up what is missing, then runs the program under the pinned Node.
 *
 * Plain JavaScript for Node 18 and newer, for it is what runs before anything is installed. When everything is there it
 * only looks (package lock, the sources' times) and goes on in this same process.
 *
 *   drydock setup            sets up everything in the foreground, the kernel too, and says so
 *   drydock bundle …         makes one archive of all that, for a room without a network
 *   drydock --run FILE …     runs a TypeScript file of the checkout under the pinned Node
 */
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { cacheDir, ensureBundle } from './setup/bundle.mjs';
import { hasPackages, installPackages } from './setup/npm.mjs';
import { findNode, isThisNode, runInPlace } from './setup/pinned.mjs';
import { complain, SetupError } from './setup/say.mjs';
import { needsVm, openInVm } from './setup/vm.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** @param {string[]} args */
async function main(args) {
  const node = findNode(root);
  if (needsVm(args)) {
    process.exitCode = await openInVm(root, node !== null);
    return;
  }
  if (!node) {
    throw new SetupError(`Drydock runs on Linux; this is ${process.platform} on ${process.arch}, with Node ${process.versions.node}.`, ['vagrant up && vagrant ssh   opens the tutor in a virtual machine']);
  }
  if (!hasPackages(root)) await installPackages(root);
  process.env['DRYDOCK_ROOT'] = root;
  if (args[0] === 'bundle') return goOn(node, [path.join(root, 'sandbox/launch/bundle.ts'), ...args.slice(1)]);
  if (args[0] === 'setup') return goOn(node, [path.join(root, 'sandbox/launch/setup.ts')]);
  if (args[0] === '--run') return goOn(node, [path.resolve(root, args[1] ?? ''), ...args.slice(2)]);
  return goOn(node, [await ensureBundle(root, node, cacheDir()), ...args]);
}

/**
 * Runs a module: here if this is the pinned Node already, else in a process of its own.
 * @param {string} node @param {string[]} argv the module and its arguments
 */
async function goOn(node, argv) {
  const [file = '', ...args] = argv;
  if (!isThisNode(node)) {
    process.exitCode = await runInPlace(node, ['--disable-warning=ExperimentalWarning', file, ...args], process.env);
    return;
  }
  process.argv.splice(1, Infinity, file, ...args);
  await import(pathToFileURL(file).href);
}

if (Number(process.versions.node.split('.')[0]) < 18) {
  complain(new SetupError(`Drydock needs Node 18 or newer to set itself up; this is ${process.versions.node}.`, ['install a newer Node; any from 18 on will do']));
  process.exitCode = 3;
} else {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    complain(error);
    process.exitCode = error.exit;
  }
}
