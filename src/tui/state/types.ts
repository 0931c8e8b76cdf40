/** The tutor's state, what can happen to it, and what it may ask of the world. All of it is plain data. */
import type { SandboxState } from '../../check/types.ts';
import type { CheckResult, Ending, Leftover, Verdict, Xray } from '../../check/wire.ts';
import type { Course } from '../../lesson/types.ts';
import type { ExitCode } from '../../errors.ts';
import type { TraceDocument } from '../../trace/index.ts';
import type { DiffLine } from '../compare.ts';
import type { LessonNews, ProgressEvent, ProgressView, StartChange } from '../ports.ts';
import type { CheckState, SyntaxProblem } from './check.ts';
import type { Drill } from '../../drill/types.ts';
import type { DrillState } from './drill.ts';
import type { ParityState } from './parity.ts';
import type { PageState } from './page.ts';
import type { XrayState, XrayView } from './xray.ts';
import type { TraceState } from './trace.ts';

export type Size = { columns: number; rows: number };

/** What the learner's files are compared with: the reference, or their own as they were when the kernel last passed them. */
export type Against = 'reference' | 'passed';

/** A file of the learner's that differs. */
export type FileDiff = { file: string; absent: boolean; lines: readonly DiffLine[] };
export type StartDiff = { change: StartChange; lines: readonly DiffLine[] };

/** What fills the body. `page` is home: Esc leads back to it from everywhere. */
export type View =
  | { name: 'page' }
  | { name: 'map'; selected: string; query: string; typing: boolean; scroll: number }
  | { name: 'help'; scroll: number }
  /** What the box can do, beside real runtimes. */
  | { name: 'closing'; scroll: number }
  | { name: 'drill'; scroll: number }
  /** `newest`: shows the rung that was asked for last until the reader scrolls. */
  | { name: 'hints'; scroll: number; newest: boolean }
  | { name: 'verdict'; scroll: number }
  /** `version`: the lesson whose passing version it is; undefined where none was kept. */
  | { name: 'diff'; against: Against; version: string | undefined; scroll: number; files: readonly FileDiff[] | undefined }
  /** Asks before the reference is shown: its files, or what it does. */
  | { name: 'confirm'; of?: 'trace' }
  /** `newest`: the first difference is in view until the reader scrolls. `step`: of the timeline, from 0. */
  | { name: 'trace'; mode: 'calls' | 'timeline'; step: number; scroll: number; newest: boolean }
  | XrayView
  /** `news`: it is not a lesson that is started, but what is new in the course that is brought. */
  | { name: 'preview'; scroll: number; changes: readonly StartDiff[]; thenEdit: boolean; news?: readonly LessonNews[] };

export type Message = { text: string; tone: 'plain' | 'warn' | 'bad' };

/** What starting a lesson would add and change; the page shows it as a frame of its own. */
export type StartOffer = {
  adds: readonly string[];
  changes: readonly string[];
  /** Files with the reference's code of lessons that were skipped. */
  reference: readonly string[];
};

/** `question`: the prediction whose answer asked for it. */
export type Waiting = { lesson: string; number: number; question: number | undefined };

export type State = {
  size: Size;
  course: Course;
  /** The folder of the learner's box, for those who edit in a window of their own. */
  box: string | undefined;
  /** The page that is open. */
  open: string;
  view: View;
  pages: Readonly<Record<string, PageState>>;
  progress: ProgressView;
  /** By lesson; there is none for a lesson that was started. */
  offers: Readonly<Record<string, StartOffer>>;
  checks: Readonly<Record<string, CheckState>>;
  parity: ParityState;
  drill: DrillState;
  /** Counts requests for a verdict; what an older one still says is not listened to. */
  run: number;
  /** The runs of a lesson, followed; undefined before the first time. */
  trace: TraceState | undefined;
  /** The lesson that the last request was for. */
  runOf: string | undefined;
  /** The lessons before the one that has passed, being marked again: which one now. */
  regression: { run: number; lesson: string } | undefined;
  kernel: SandboxState;
  /** It was ready at some time: when it is not there now, it sleeps. */
  woken: boolean;
  /** Experiments asked for and not ended, in order. */
  waiting: readonly Waiting[];
  xray: XrayState;
  /** True when the reader closed the verdict's panel; the next run opens it again. */
  panelClosed: boolean;
  message: Message | undefined;
  /** Ctrl-C was the last key: the next one leaves. */
  armed: boolean;
  /** Set when the tutor is to end. */
  leaving: ExitCode | undefined;
};

/** What a key or a word asks for; the same for the screen and for the linear mode. */
export type Command =
  | { do: 'scroll'; by: 'line' | 'half' | 'page'; direction: 1 | -1 }
  | { do: 'edge'; to: 'top' | 'bottom' }
  | { do: 'lesson'; direction: 1 | -1 }
  | { do: 'open'; lesson: string }
  /** To the next lesson that is not passed, or whose checks fail now; from the last one on to the first. */
  | { do: 'unsolved' }
  | { do: 'focus'; direction: 1 | -1 }
  | { do: 'enter' }
  | { do: 'choose'; choice: number }
  | { do: 'predict'; number: number; choice: number }
  | { do: 'experiment'; number: number }
  | { do: 'start' }
  | { do: 'undo' }
  | { do: 'list' }
  | { do: 'search' }
  | { do: 'type'; text: string }
  | { do: 'erase' }
  | { do: 'hint' }
  | { do: 'verdict' }
  | { do: 'closing' }
  | { do: 'probe' }
  | { do: 'drill' }
  | { do: 'drillAnswer'; choice: number }
  | { do: 'drillShell' }
  | { do: 'diff' }
  | { do: 'yes' }
  | { do: 'trace' }
  /** From the calls to the timeline and back. */
  | { do: 'turn' }
  /** In the timeline: so many steps on or back, or to one, from 0. */
  | { do: 'step'; by: number }
  | { do: 'stepTo'; step: number }
  | { do: 'rerun' }
  | { do: 'editor' }
  | { do: 'shell' }
  | { do: 'xray'; /** With a container that is started for it. */ start?: boolean }
  | { do: 'help' }
  | { do: 'back' }
  | { do: 'interrupt' }
  | { do: 'suspend' }
  | { do: 'redraw' }
  | { do: 'quit' };

export type Event =
  | { type: 'command'; command: Command }
  | { type: 'resized'; size: Size }
  | { type: 'kernel'; state: SandboxState; note: string | undefined }
  | { type: 'progress'; progress: ProgressView }
  | { type: 'parity'; state: ParityState }
  | { type: 'drill'; state: DrillState }
  | { type: 'offered'; lesson: string; offer: StartOffer }
  | { type: 'previewed'; lesson: string; changes: readonly StartDiff[]; thenEdit: boolean }
  | { type: 'started'; lesson: string; changes: readonly StartChange[] }
  /** The course has changed since the learner was here. */
  | { type: 'courseChanged'; news: readonly LessonNews[]; changes: readonly StartDiff[] }
  | { type: 'updated'; changes: readonly StartChange[] }
  | { type: 'compared'; against: Against; version: string | undefined; files: readonly FileDiff[] }
  | { type: 'traceBegan'; run: number; what: 'mine' | 'reference' }
  | { type: 'traceEnded'; run: number; trace: TraceDocument }
  | { type: 'traceFailed'; run: number; why: string; cancelled: boolean }
  | { type: 'saved'; files: readonly string[] }
  | { type: 'checkBegan'; run: number }
  | { type: 'checkSyntax'; run: number; problem: SyntaxProblem }
  | { type: 'checkJudged'; run: number; result: CheckResult }
  | { type: 'checkEnded'; run: number; verdict: Verdict; leftovers: readonly Leftover[] }
  | { type: 'checkFailed'; run: number; why: string; cancelled: boolean }
  | { type: 'regressionBegan'; run: number; lesson: string }
  | { type: 'regressed'; run: number; lesson: string; verdict: Verdict }
  | { type: 'regressionEnded'; run: number }
  | { type: 'experimentBegan'; lesson: string; number: number }
  | { type: 'experimentWrote'; lesson: string; number: number; text: string }
  | { type: 'experimentEnded'; lesson: string; number: number; output: string; ending: Ending }
  | { type: 'experimentFailed'; lesson: string; number: number; why: string; cancelled: boolean }
  | { type: 'xrayed'; xray: Xray }
  | { type: 'xrayFailed'; why: string }
  /** The container that was asked for runs; `pid` is its runtime's. */
  | { type: 'xrayStarted'; pid: number }
  | { type: 'xrayEnded'; how: string; said: string }
  | { type: 'said'; message: Message }
  /** Something outside ends the tutor. */
  | { type: 'left'; code: ExitCode };

/** What the reducer asks for; src/tui/effects does it and reports back with events. */
export type Effect =
  | { type: 'boot' }
  | { type: 'quit'; code: ExitCode }
  | { type: 'parity' }
  | { type: 'cancelParity' }
  | { type: 'drill'; lesson: string }
  /** `choice` counts from 1. */
  | { type: 'drillAnswer'; drill: Drill; choice: number }
  | { type: 'drillShell' }
  | { type: 'cancelDrill' }
  | { type: 'record'; event: ProgressEvent }
  /** Finds out what starting this lesson would do. */
  | { type: 'offer'; lesson: string }
  /** `ask`: show a preview first where files that are there would change. */
  | { type: 'start'; lesson: string; ask: boolean; thenEdit: boolean }
  /** Brings what is new in the course. */
  | { type: 'update' }
  | { type: 'undo' }
  | { type: 'compare'; lesson: string; against: Against }
  /** Follows box, and the reference where that may be seen. */
  | { type: 'trace'; lesson: string; run: number; reference: boolean }
  | { type: 'cancelTrace' }
  | { type: 'check'; lesson: string; run: number }
  | { type: 'cancelCheck' }
  /** Marks lessons that have passed once more, in this order, with the box that `run` was about. */
  | { type: 'regress'; lessons: readonly string[]; run: number }
  | { type: 'experiment'; lesson: string; number: number; script: string }
  | { type: 'cancelExperiments' }
  | { type: 'editor'; lesson: string }
  | { type: 'shell' }
  /** Looks about once a second until `xrayStop`, which also ends what `xrayStart` has started; `xrayLook`: now. */
  | { type: 'xrayWatch' }
  | { type: 'xrayStop' }
  | { type: 'xrayLook' }
  | { type: 'xrayStart'; lesson: string }
  | { type: 'suspend' }
  | { type: 'redraw' };

export type Step = [State, Effect[]];
