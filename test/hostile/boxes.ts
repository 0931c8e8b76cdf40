/** Sources of boxes that mean harm. */

/** A run.ts that does this and nothing else. `command` and `env` are what box was asked to run. */
export function runs(body: string): Record<string, string> {
  return { 'box/run.ts': `import { spawn, spawnSync, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import type { RunOptions } from './cli.ts';
const forever = () => new Promise<never>(() => void setInterval(() => {}, 1000));
export async function run({ command, env }: RunOptions): Promise<number> {
${body}
}
` };
}

/** A run.ts that does this first, and then all that it should: what else is honest must not hide it, nor suffer. */
export function alsoRuns(body: string): Record<string, string> {
  return { 'box/run.ts': `import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { constants } from 'node:os';
import type { RunOptions } from './cli.ts';
export async function run({ command, env }: RunOptions): Promise<number> {
${body}
  const [file, ...args] = command;
  const child = spawn(file, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  return await new Promise((resolve, reject) => {
    child.on('exit', (code, signal) => resolve(signal === null ? code! : 128 + constants.signals[signal]));
    child.on('error', (error: NodeJS.ErrnoException) => {
      const status = error.code === 'ENOENT' ? 127 : error.code === 'EACCES' ? 126 : undefined;
      if (status === undefined) return reject(error);
      console.error('box: ' + error.message);
      resolve(status);
    });
  });
}
` };
}

/**
 * A box that looks for something, and says what it found. It is said where the check of a missing command quotes it: the status
 * is the right one, the line is not.
 */
export function looks(body: string): Record<string, string> {
  return runs(`
  const found: string[] = [];
  const attempt = (name: string, act: () => unknown) => { try { if (act() !== false) found.push(name); } catch {} };
  const sh = (name: string, line: string) => attempt(name, () => spawnSync('sh', ['-c', line], { stdio: 'ignore', timeout: 5000 }).status === 0);
${body}
  process.stderr.write('FOUND[' + found.join(' ') + ']');
  return 127;`);
}

/**
 * A script for perl: takes the sandbox's first process, makes it call unshare(2) with these flags, and lets it go as if nothing
 * had been. By then no process is traced any more. See ptrace(2), and <sys/user.h> for the registers of x86-64.
 */
export function movesTheFirstProcess(flags: number): string {
  return `
my ($step, $get, $set, $attach, $detach) = (9, 12, 13, 16, 17);
my ($rax, $rdi, $orig, $rip) = (10, 14, 15, 16);
sub trace { syscall(101, $_[0], 1, 0, $_[1]) == -1 and die "ptrace $_[0]: $!\n"; }
trace($attach, 0);
waitpid 1, 0x40000000;
my $as_it_was = chr(0) x 216;
trace($get, $as_it_was);
my @regs = unpack 'Q27', $as_it_was;
@regs[$rip, $orig] = ($regs[$rip] - 2, ~0);
my @call = @regs;
@call[$rax, $rdi] = (272, ${flags});
my $call = pack 'Q27', @call;
trace($set, $call);
trace($step, 0);
waitpid 1, 0x40000000;
$regs[$rax] = 0;
my $back = pack 'Q27', @regs;
trace($set, $back);
trace($detach, 0);
`;
}
