/** The sentences of a drill on the screen; those that the command shares are in src/report/drill-words.ts. */
export const drill = {
  key: 'drill',
  keyChoose: 'choose',
  title: (lesson: string) => `Drill on ${lesson}`,
  notPassed: 'A drill breaks a box that works; this lesson has not passed yet.',
  preparing: { waiting: 'Waiting for the kernel …', works: 'Seeing whether your box works as it is …', breaks: 'Breaking something in a copy of it, and seeing whether it shows …' },
  untouched: 'Your own files are not touched. Ctrl-C stops it.',
  failed: (why: string) => `There is no drill: ${why}`,
  cancelled: 'Stopped. Enter tries again.',
  ready: 'The drill is ready: m shows it.',
  choose: (count: number) => `1–${count} choose, Enter answers. s: a shell beside the broken box.`,
  chooseFirst: (count: number) => `Choose an answer first: 1–${count}.`,
  again: 'Enter breaks something else.',
  offer: 'm: a drill, something broken in a copy of your box',
  help: 'a drill: something is broken in a copy of your box; which mistake is it?',
  shell: 'A shell in the sandbox; `box` is the broken one here. `exit` or Ctrl-D comes back; Ctrl-] does if it hangs.',
  plainAnswer: 'drill 2 answers with the second. drill shell opens a shell beside the broken box.',
} as const;
