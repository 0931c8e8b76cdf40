/**
 * A filter of seccomp(2) that lets all calls pass and tells the tracer of those that are watched: everything else runs at
 * full speed, and a run takes a third of the time. It changes nothing for the program but `Seccomp: 2` in /proc/PID/status; where
 * it cannot be installed, the tracer stops at every call.
 */
import fs from 'node:fs';
import { callNames } from './calls.ts';

/** BPF_LD|BPF_W|BPF_ABS, BPF_JMP|BPF_JEQ|BPF_K, BPF_RET|BPF_K. */
const Op = { load: 0x20, jumpIfEqual: 0x15, answer: 0x06 } as const;

const ALLOW = 0x7fff0000;
const TRACE = 0x7ff00000;

/** Offsets in struct seccomp_data. */
const NUMBER = 0;
const ARCHITECTURE = 4;

/** AUDIT_ARCH_* of this machine, and the number of seccomp(2). */
const machines: Readonly<Record<string, { architecture: number; seccomp: number }>> = {
  x64: { architecture: 0xc000003e, seccomp: 317 }, arm64: { architecture: 0xc00000b7, seccomp: 277 },
};

/** The filter as an array of struct sock_filter; empty for a machine that is not known. Pure. */
export function filterProgram(machine: string): Buffer {
  const known = machines[machine];
  if (known === undefined) return Buffer.alloc(0);
  const numbers = [...callNames(machine).keys()];
  const instruction = (code: number, value: number, ifTrue = 0, ifFalse = 0): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt16LE(code, 0);
    bytes.writeUInt8(ifTrue, 2);
    bytes.writeUInt8(ifFalse, 3);
    bytes.writeUInt32LE(value >>> 0, 4);
    return bytes;
  };
  return Buffer.concat([
    instruction(Op.load, ARCHITECTURE),
    // A program for another machine has other numbers: over the next one, the comparisons, to the end.
    instruction(Op.jumpIfEqual, known.architecture, 0, numbers.length + 1),
    instruction(Op.load, NUMBER),
    ...numbers.map((number, index) => instruction(Op.jumpIfEqual, number, numbers.length - index)),
    instruction(Op.answer, ALLOW),
    instruction(Op.answer, TRACE),
  ]);
}

/** perl, because it can make a call by its number; it stops itself, so that the tracer can attach, and then becomes the command. */
const GATE = `
my ($filter, $number) = (pack("H*", shift), shift);
kill STOP => $$;
my $program = pack("S x6 P", length($filter) / 8, $filter);
syscall($number, 1, 0, $program) if length $filter;
exec { $ARGV[0] } @ARGV or exit 127;`;

/** A command that stops itself before it becomes `argv`, with the filter installed if that can be. */
export function filteredGate(argv: readonly string[], machine: string = process.arch): string[] {
  return ['/usr/bin/perl', '-e', GATE, filterProgram(machine).toString('hex'), String(machines[machine]?.seccomp ?? 0), ...argv];
}

/** Whether a process is under a filter: SECCOMP_MODE_FILTER, as /proc/PID/status has it. */
export function isFiltered(tid: number): boolean {
  return /^Seccomp:\s+2$/m.test(fs.readFileSync(`/proc/${tid}/status`, 'utf8'));
}
