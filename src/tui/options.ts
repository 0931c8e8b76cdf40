/** What the tutor is given by whoever starts it. */
import type { ReadStream } from 'node:tty';
import type { Sandbox, SandboxImage } from '../check/types.ts';

export type TutorStreams = {
  stdin: NodeJS.ReadStream | ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
};

export type TutorOptions = {
  /** The checkout: the folder that holds lessons/. Absolute. */
  root: string;
  /** The learner's workspace, absolute; it need not exist yet. */
  workspace: string;
  /** Opens the workspace's sandbox; called once, after the first frame. */
  openSandbox: () => Sandbox | Promise<Sandbox>;
  /** Where real runtimes are to be found, and how to open a sandbox there; asked when somebody wants them. */
  rivals?: () => Promise<{ image: SandboxImage; open: () => Sandbox | Promise<Sandbox> }>;
  streams: TutorStreams;
  env: Readonly<Record<string, string | undefined>>;
  /** The linear mode: lines only, no cursor movement; for screen readers, dumb terminals, and by choice. */
  plain?: boolean;
  /** Opens this lesson's page instead of the current one's; an id of the course. */
  lesson?: string;
  /** Leaves in order when it is aborted. */
  signal?: AbortSignal;
  /** A new seed for a check's random tokens. */
  seed?: () => string;
};
