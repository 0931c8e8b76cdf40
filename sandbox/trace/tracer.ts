/**
 * Follows box and everything it starts with ptrace(2), and takes a picture of what is there before and after every call
 * that makes a container: while its caller stands still at the entry of the call, and again at its end.
 *
 * Why not strace(1), which tells the errno doctor so much: it can stop a caller after a call only by sending it a signal (see
 * diagnose/trace.ts). A pending signal makes clone(2) start over for ever and write(2) to a terminal as well, so just the
 * calls that move a process into a cgroup or make one in new namespaces could not be stopped at; the learner's parents
 * would see SIGCHLD for every stop; and nothing would keep two processes from making calls at once. Here no signal is sent.
 *
 * Invariants:
 * - Of all processes of the run, one at a time is inside of a call that is looked at. Others that come to one are held at its
 *   entry, for HOLD milliseconds at most: so what is different after a call is that call's doing.
 * - The whole run dies with the tracer (PTRACE_O_EXITKILL).
 */
import { isQuestionable } from '../diagnose/autopsy.ts';
import type { Call } from '../diagnose/strace.ts';
import type { TraceProcess, TraceStep } from '../wire/trace.ts';
import { callNames } from './calls.ts';
import { changesBetween } from './changes.ts';
import { decode, netlinkAnswer } from './decode.ts';
import { isFiltered } from './filter.ts';
import { memoryOf } from './memory.ts';
import { eventMessage, goOn, nextStop, seize, stayStopped, syscallStop } from './ptrace.ts';
import type { Stop } from './ptrace.ts';
import { commandLine, Processes } from './processes.ts';
import { stateOf } from './state.ts';
import { callOf, errnoText, failureOf, makeStep } from './step.ts';
import { matters, mayMatter, onlyFailures } from './steps.ts';
import { takeWorld } from './world.ts';
import type { World } from './world.ts';

export type TracerOptions = {
  /** A process that has stopped itself; it becomes box. */
  pid: number;
  /** The wall's first process, and its delegated cgroup as a directory. */
  host: number;
  home: string;
  /** Steps after which the run is ended. */
  mostSteps: number;
  onStep: (step: TraceStep) => void;
  /** Called when it is attached to, and about to be let go on. */
  onBegin?: () => void;
};

/** A call that is looked at, from its entry on. */
type Pending = {
  readonly tid: number;
  readonly name: string;
  readonly args: readonly string[];
  before?: World;
  /** Calls of others that it could not be kept apart from. */
  readonly beside: string[];
};

type Thread = {
  readonly tid: number;
  entering: boolean;
  pending?: Pending;
  /** A request of rtnetlink(7) whose answer has not been read yet: whether it was refused, only that says. */
  asked?: { step: TraceStep; call: Call };
  /** A call that may bring the answer. */
  reading?: { name: string; args: readonly bigint[] };
};

/** How long a thread may be held because of another's call, in milliseconds: that one may be waiting for it. */
const HOLD = 2_000;

/** What box started and did not end is followed for this long after its own end, in milliseconds. */
const LINGER = 700;

/** Restarted when a signal has been handled: the call is not over (ERESTARTSYS and its kin, which no program ever sees). */
const restarts = new Set([512, 513, 514, 516]);

export class Tracer {
  readonly #options: TracerOptions;
  readonly #names = callNames(process.arch);
  readonly #threads = new Map<number, Thread>();
  readonly #processes = new Processes();
  /** Calls that brought a thread into its namespaces, for the doctor. */
  readonly #earlier: Call[] = [];
  #busy: Pending | undefined;
  #held: Pending[] = [];
  #heldSince = 0;
  /** The last picture, until something happens that is not a call that is looked at. */
  #last: World | undefined;
  #begun = false;
  /** Whether box is under the filter (filter.ts): otherwise every call of its is stopped at. */
  #filtered = false;
  #steps = 0;

  constructor(options: TracerOptions) {
    this.#options = options;
  }

  /** Follows the run to its end. Blocks the thread. True where it was ended because there were too many steps. */
  run(): { cut: boolean } {
    const { pid, mostSteps } = this.#options;
    this.#thread(pid);
    seize(pid);
    this.#options.onBegin?.();
    process.kill(pid, 'SIGCONT');
    let ended: number | undefined;
    while (this.#steps < mostSteps) {
      if (ended === undefined && !this.#threads.has(pid)) ended = performance.now();
      if (ended !== undefined && performance.now() > ended + LINGER) return { cut: false };
      this.#letGoOfHeld();
      const stop = nextStop(this.#held.length === 0 && ended === undefined);
      if (stop === null) return { cut: false };
      if (stop === undefined) pause();
      else this.#handle(stop);
    }
    return { cut: true };
  }

  get processes(): TraceProcess[] {
    return this.#processes.all;
  }

  #handle(stop: Stop): void {
    if (stop.kind !== 'syscall' && stop.kind !== 'seccomp') this.#last = undefined;
    if (stop.kind === 'ended') return this.#ended(stop.tid);
    const thread = this.#thread(stop.tid);
    switch (stop.kind) {
      case 'syscall':
        return thread.entering && !this.#filtered ? this.#enter(thread) : this.#leave(thread);
      case 'seccomp':
        // Where every call is stopped at, that has been its entry already.
        return this.#filtered ? this.#enter(thread) : this.#goOn(thread);
      case 'fork':
      case 'vfork':
      case 'clone':
        this.#born(thread, eventMessage(stop.tid));
        break;
      case 'exec':
        this.#becomes(thread, eventMessage(stop.tid));
        break;
      case 'group':
        stayStopped(stop.tid);
        return;
      case 'signal':
        this.#goOn(thread, stop.signal);
        return;
      case 'stop':
        break;
    }
    this.#goOn(thread);
  }

  /** With a filter, only the end of a call that is looked at is waited for; its entry the filter tells of. */
  #goOn(thread: Thread, signal = 0): void {
    goOn(thread.tid, !this.#filtered || thread.pending !== undefined || thread.reading !== undefined, signal);
  }

  #enter(thread: Thread): void {
    const { tid } = thread;
    const call = syscallStop(tid, true);
    // The kernel knows better, where it says so.
    if (call?.entering === false && !this.#filtered) return this.#leave(thread);
    thread.entering = false;
    const name = call?.entering === true ? this.#names.get(call.number) : undefined;
    const memory = memoryOf(tid);
    if (call?.entering === true && thread.asked !== undefined && (name === 'recvmsg' || name === 'recvfrom')) thread.reading = { name, args: call.args };
    if (call?.entering !== true || name === undefined || !mayMatter(name, call.args, memory)) return this.#goOn(thread);
    const args = decode(name, call.args, memory);
    if (!matters(tid, name, args, memory)) return this.#goOn(thread);
    const pending: Pending = { tid, name, args, beside: [] };
    thread.pending = pending;
    if (!this.#begun || onlyFailures(name)) return this.#goOn(thread);
    if (this.#busy === undefined) return this.#begin(pending);
    if (this.#held.length === 0) this.#heldSince = performance.now();
    this.#held.push(pending);
  }

  #begin(pending: Pending): void {
    // Where nobody was born, ended or made a call since the picture after the last one, that is how it still is.
    pending.before = this.#last ?? this.#world(pending.tid);
    this.#last = undefined;
    this.#busy = pending;
    // A parent that shares its memory with its child sleeps in this call until the child has gone on to a program of its own.
    if (/CLONE_VFORK/.test(pending.args.join())) this.#busy = undefined;
    this.#goOn(this.#thread(pending.tid));
  }

  #leave(thread: Thread): void {
    const { tid, pending } = thread;
    thread.entering = true;
    delete thread.pending;
    this.#answered(thread);
    const stop = pending === undefined ? undefined : syscallStop(tid, false);
    if (pending !== undefined && stop !== undefined && !stop.entering && !restarts.has(-Number(stop.result))) this.#over(pending, Number(stop.result));
    this.#goOn(thread);
    this.#next(pending);
  }

  /** The call is over: what it returned, what is different now. */
  #over(pending: Pending, result: number | null): void {
    const { tid, name, args, before, beside } = pending;
    const call = callOf(tid, name, args, result);
    const failed = call.errno !== undefined;
    if (!failed && (name === 'unshare' || name === 'setns')) this.#earlier.push(call);
    if (!this.#begun || (onlyFailures(name) && !isQuestionable(call))) return;
    const after = before === undefined || result === null ? undefined : this.#world(tid);
    this.#last = after;
    const { id, pid } = this.#processes.of(tid);
    this.#steps += 1;
    const step = makeStep({
      process: id, call, beside,
      by: name.startsWith('send') ? commandLine(tid).join(' ').slice(0, 300) : undefined,
      failure: failed ? failureOf(call, this.#earlier) : undefined,
      changes: before === undefined || after === undefined ? [] : changesBetween(before, after, (one) => this.#processes.label(one)),
      state: after === undefined ? undefined : stateOf(after, pid, this.#options.home),
    });
    const thread = this.#threads.get(tid);
    if (thread?.asked !== undefined) this.#tell(thread);
    if (!failed && name.startsWith('send') && thread !== undefined) thread.asked = { step, call };
    else this.#options.onStep(step);
  }

  /** Looks whether a thread has just been told what became of its request. */
  #answered(thread: Thread): void {
    const { asked, reading, tid } = thread;
    delete thread.reading;
    const answer = asked === undefined || reading === undefined ? undefined : netlinkAnswer(reading.name, reading.args, memoryOf(tid));
    if (answer !== undefined) this.#tell(thread, answer);
  }

  /** Tells of a request and of the error that it was answered with. */
  #tell(thread: Thread, error = 0): void {
    const { asked } = thread;
    delete thread.asked;
    if (asked === undefined) return;
    if (error === 0) return this.#options.onStep(asked.step);
    const call: Call = { pid: thread.tid, name: asked.call.args[1] ?? '', args: [], result: -1, errno: errnoText(error) };
    const failure = failureOf(call, this.#earlier);
    this.#options.onStep({ ...asked.step, errno: errnoText(error), ...(failure === undefined ? {} : { failure }) });
  }

  /** After the end of a call, the next of those that were held may begin. */
  #next(over: Pending | undefined): void {
    if (over === undefined || this.#busy !== over) return;
    this.#busy = undefined;
    const next = this.#held.shift();
    if (next === undefined) return;
    this.#heldSince = performance.now();
    this.#begin(next);
  }

  /** Nobody is held for ever: the call that they wait for may itself be waiting for one of them. */
  #letGoOfHeld(): void {
    if (this.#held.length === 0 || performance.now() < this.#heldSince + HOLD) return;
    const calls = [...(this.#busy === undefined ? [] : [this.#busy]), ...this.#held];
    for (const one of calls) one.beside.push(...calls.filter((other) => other !== one).map(({ name }) => name));
    const held = this.#held;
    this.#held = [];
    this.#busy = undefined;
    for (const one of held) this.#begin(one);
  }

  /** A new thread or process. A call that made it in new namespaces is as good as over. */
  #born(parent: Thread, tid: number | undefined): void {
    if (tid === undefined) return;
    this.#processes.born(tid, parent.tid);
    this.#thread(tid);
    const { pending } = parent;
    if (pending === undefined) return;
    delete parent.pending;
    this.#over(pending, tid);
    this.#next(pending);
  }

  /** execve(2) by a thread other than the first goes on under the first one's number. */
  #becomes(thread: Thread, former: number | undefined): void {
    const moved = former === undefined || former === thread.tid ? undefined : this.#threads.get(former);
    if (moved?.pending !== undefined) thread.pending = { ...moved.pending, tid: thread.tid };
    if (moved?.pending !== undefined && this.#busy === moved.pending) this.#busy = thread.pending;
    if (moved !== undefined) this.#threads.delete(moved.tid);
    thread.entering = false;
    this.#processes.becomes(thread.tid);
    if (this.#begun || thread.tid !== this.#options.pid) return;
    // The gate has opened: from here on it is box.
    this.#begun = true;
    this.#filtered = isFiltered(thread.tid);
    delete thread.pending;
  }

  #ended(tid: number): void {
    const thread = this.#threads.get(tid);
    const pending = thread?.pending;
    if (thread?.asked !== undefined) this.#tell(thread);
    this.#threads.delete(tid);
    this.#held = this.#held.filter((one) => one.tid !== tid);
    if (pending?.before !== undefined) this.#over(pending, null);
    this.#processes.ended(tid);
    this.#next(pending);
  }

  #thread(tid: number): Thread {
    let thread = this.#threads.get(tid);
    if (thread !== undefined) return thread;
    thread = { tid, entering: true };
    this.#threads.set(tid, thread);
    this.#processes.seen(tid);
    return thread;
  }

  #world(tid: number): World {
    const { host, home } = this.#options;
    return takeWorld({ threads: this.#processes.speakers(tid), host, home });
  }
}

/** A moment without work for this thread. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
}
