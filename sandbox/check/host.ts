/** The wall as a lesson's checks see it: "the host" of every container. */
import { cgroupView } from '../observe/cgroup.ts';
import type { CgroupView } from '../observe/cgroup.ts';
import { cgroupsAbove } from '../observe/cgrouptree.ts';
import { errnoOf } from '../observe/errors.ts';
import { fact } from '../observe/fact.ts';
import type { Fact } from '../observe/fact.ts';
import { view } from '../observe/live.ts';
import type { ProcessView } from '../observe/process.ts';
import { findByArgv, pidsOf } from '../observe/scan.ts';
import { cgroupsFrom, isLeaf } from '../wall/wall.ts';
import type { Ended, Started, Wall } from './api.ts';
import { CheckFailure, LimitReached } from './failure.ts';
import { poll, settled } from './patience.ts';
import type { Run } from './run.ts';
import { commandLine } from './shell.ts';
import { hostView } from './tamper.ts';
import { homeOf, TIME_LIMIT } from './use.ts';

export class Host implements Wall {
  readonly #run: Run;

  constructor(run: Run) {
    this.#run = run;
  }

  get host(): ProcessView {
    return hostView(this.#run.wall, this.#run.before);
  }

  get cgroup(): CgroupView {
    return cgroupView(homeOf(this.#run.wall), 'the delegated cgroup');
  }

  cgroupsOf(process: ProcessView): CgroupView[] {
    return cgroupsAbove(process.cgroup().value, homeOf(this.#run.wall));
  }

  cgroupsMade(): Fact<string[]> {
    const home = homeOf(this.#run.wall);
    const paths = cgroupsFrom(home).slice(1).map((path) => path.slice(home.length)).filter((path) => !isLeaf(path));
    return fact('the list of cgroups that are there', paths, home, paths);
  }

  async file(path: string, content: string, mode = 0o644): Promise<string> {
    const absolute = path.startsWith('/') ? path : `/fixtures/${path}`;
    try {
      await this.#run.wall.writeFile(absolute, content, mode);
    } catch (error) {
      throw spoilt(error, absolute, this.#run.hasRunBox);
    }
    this.#run.fixtures.set(absolute, { content, mode });
    return absolute;
  }

  async run(argv: readonly string[], options: { input?: string; timeLimit?: number } = {}): Promise<Ended> {
    const { session, wall, stage } = this.#run;
    const line = commandLine(argv);
    stage.ran(line);
    const started = wall.spawn(argv, { timeLimit: Infinity, ...(options.input === undefined ? {} : { input: options.input }) });
    if (options.input === undefined) started.endInput();
    const limit = (options.timeLimit ?? TIME_LIMIT) * session.slowness;
    const ending = await settled(started.ended, limit, undefined, session.signal);
    if (ending === undefined) {
      await started.kill();
      throw new LimitReached('timeout', `${line} had not ended after ${limit / 1000} s`);
    }
    if (ending.limit !== undefined) throw new LimitReached(ending.limit, `${line} met the limit on ${ending.limit}`);
    const [stdout, stderr] = [started.stdout.toString('utf8'), started.stderr.toString('utf8')];
    const waited = `wait(2) on ${line}`;
    const how = ending.signal === null ? `exited with status ${ending.code}` : `killed by ${ending.signal}`;
    return {
      exit: fact(`the exit status of ${argv[0]}`, ending.code, waited, [how]),
      signal: fact(`the signal that ended ${argv[0]}`, ending.signal, waited, [how]),
      stdout: fact(`the output of ${argv[0]}`, stdout, `standard output of ${line}`, stdout.split('\n').slice(-9, -1)),
      stderr: fact(`the error output of ${argv[0]}`, stderr, `standard error of ${line}`, stderr.split('\n').slice(-9, -1)),
      terminal: fact(`the terminal of ${argv[0]}`, null, line, ['it has none']),
    };
  }

  async start(argv: readonly string[], becomes: readonly string[], label: string): Promise<Started> {
    const { session, wall, stage } = this.#run;
    const line = commandLine(argv);
    stage.ran(`${line} &`);
    const started = wall.spawn(argv, { timeLimit: Infinity });
    started.endInput();
    this.#run.goesOn(started);
    let over = false;
    started.ended.then(() => (over = true), () => (over = true));
    const found = await poll(() => findByArgv(becomes, pidsOf(homeOf(wall))) ?? (over ? 'nothing' : undefined), session.patience, session.signal);
    if (found === undefined || found === 'nothing') throw new Error(`${line}: no process runs ${commandLine(becomes)}; it said ${started.stderr.toString('utf8')}`);
    return { process: view(found.pid, label), end: () => started.kill() };
  }

  atEnd(argv: readonly string[]): void {
    this.#run.atEnd(async () => void (await this.#run.wall.spawn(argv).ended));
  }

  outside(path: string): string {
    return this.#run.wall.outside(path);
  }
}

/** A file could not be laid. In a sandbox where box has run it is box's doing: it belongs to box's root, who may mount and fill it. */
function spoilt(error: unknown, path: string, hasRunBox: boolean): unknown {
  const code = errnoOf(error);
  if (!hasRunBox || code === undefined) return error;
  if (code === 'ENOSPC' || code === 'EDQUOT') return new LimitReached('disk', `box and what it started filled ${path}’s file system: no other file fits (${code})`);
  return new CheckFailure({ expected: `the judge should be able to lay ${path} in the sandbox, as it was before box ran`, observed: `that fails with ${code}`, evidence: [{ source: path, lines: [code] }] });
}
