/**
 * execve(2).
 */
import { citeMounts } from '../cite.ts';
import { machines } from '../program.ts';
import type { Call } from '../strace.ts';
import { mountUnder, pathOf } from './facts.ts';
import type { CallFacts, Finding, PathFacts } from './facts.ts';
import { explainPath } from './files.ts';

export function explainExec(call: Call, facts: CallFacts): Finding | undefined {
  const path = pathOf(call, facts, call.name === 'execveat' ? 1 : 0);
  if (path === undefined) return undefined;
  if (call.errno === 'ENOENT') return path.file === null ? explainPath(call, facts, [0, 1]) : interpreterMissing(path, facts);
  if (call.errno === 'EACCES') return mayNot(path, facts);
  if (call.errno === 'ENOEXEC') return strangeFormat(path, facts);
  if (call.errno === 'ETXTBSY') return { condition: `${path.path} is open for writing.`, advice: 'Who is still writing it: was the descriptor closed?', certain: false };
  if (call.errno === 'E2BIG') return { condition: 'Arguments and environment together are larger than the kernel takes (a quarter of the stack limit; 128 KiB for one string).', advice: 'What are they made of?', certain: false };
  return explainPath(call, facts);
}

/** The file is there, and yet "no such file": it is what the file asks for. */
function interpreterMissing(path: PathFacts & { readonly path: string }, facts: CallFacts): Finding | undefined {
  const { program } = path;
  const wanted = program?.kind === 'script' ? program.interpreter : program?.kind === 'elf' ? program.loader : undefined;
  if (wanted === undefined || facts.paths[wanted]?.file !== null) return undefined;
  if (program?.kind === 'script') {
    return wanted.endsWith('\r')
      ? { condition: `${path.path} is there, but its first line ends as on Windows, so its interpreter is called ${JSON.stringify(wanted)}.`, advice: 'The carriage return belongs to the name. Save the file with plain line ends.' }
      : { condition: `${path.path} is there; its interpreter ${wanted} (first line of the file) is not.`, advice: 'The interpreter is looked up in the root directory of the moment, like any other file.' };
  }
  return {
    condition: `${path.path} is there; the dynamic loader it asks for, ${wanted}, is not.`,
    advice: 'A dynamically linked program needs its loader and its libraries in the same root. ldd lists them.',
  };
}

function mayNot(path: PathFacts & { readonly path: string }, facts: CallFacts): Finding | undefined {
  const { file } = path;
  if (file === null) return undefined;
  if (file.kind !== 'file') return { condition: `${path.path} is a ${file.kind}, not a regular file.`, advice: 'Only regular files can be executed.' };
  if ((file.mode & 0o111) === 0) {
    return { condition: `${path.path} has no x bit at all (mode ${file.mode.toString(8)}).`, advice: 'Root may read and write everything, but executes only what somebody may execute.' };
  }
  const mount = mountUnder(facts, path);
  if (mount?.options.includes('noexec') === true) {
    return { condition: `${path.path} lies on ${mount.mountPoint}, which is mounted noexec.`, advice: 'Which mount should it lie on?', evidence: citeMounts(facts.caller, [mount]) };
  }
  const { program } = path;
  const wanted = program?.kind === 'script' ? program.interpreter : undefined;
  const interpreter = wanted === undefined ? undefined : facts.paths[wanted]?.file;
  if (interpreter !== undefined && interpreter !== null && (interpreter.kind !== 'file' || (interpreter.mode & 0o111) === 0)) {
    return { condition: `The interpreter ${wanted} of ${path.path} is no executable file.`, advice: 'See the first line of the script.' };
  }
  return { condition: `The caller may not execute ${path.path} (mode ${file.mode.toString(8)}, owner ${file.uid}:${file.gid}), or not search a directory on the way.`, advice: 'Who is the caller, and which of the three rwx groups counts for it?', certain: false };
}

function strangeFormat(path: PathFacts & { readonly path: string }, facts: CallFacts): Finding | undefined {
  const { program } = path;
  if (program?.kind === 'empty') return { condition: `${path.path} is empty.`, advice: 'Was it ever written?' };
  if (program?.kind === 'elf') {
    const machine = machines[program.machine] ?? `machine ${program.machine}`;
    return machine === facts.machine ? undefined : {
      condition: `${path.path} is a program for ${machine}; this kernel runs ${facts.machine ?? 'another machine\'s programs'}.`,
      advice: 'For which machine was the image made?',
    };
  }
  if (program?.kind === 'unknown') {
    return { condition: `${path.path} begins with neither "#!" nor an ELF header.`, advice: 'A shell would run such a file as a script of its own; the kernel does not guess.' };
  }
  return undefined;
}
