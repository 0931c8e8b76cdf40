/** The sentences of the closing page. What the probes ask and what was found brings its own words (src/report/parity/words.ts). */
export const parity = {
  key: 'your runtime',
  title: (passed: number, all: number) => (passed === all ? 'Your runtime' : `Your runtime so far: ${passed} of ${all} lessons`),
  built: 'You have built a container runtime. This is what it does:',
  missing: 'It does not pull or build images, mount volumes, drop privileges or take orders from an engine: that is part II and III.',
  building: 'This is what your box does when you are through; ✓ is what it does by now:',
  offer: 'Enter asks the kernel: the same isolation probes against your box and real runtimes, side by side. It takes about half a minute.',
  again: 'Enter probes again.',
  waiting: 'Waiting for the kernel …',
  running: (name: string, number: number, all: number) => `Probing ${name} (${number} of ${all}) … Ctrl-C stops it.`,
  failed: (why: string) => `There is no scorecard: ${why}`,
  cancelled: 'Stopped. Enter probes again.',
  ready: 'The scorecard is ready: c shows it.',
  keep: 'drydock parity --format markdown writes it down; --evidence says where each answer was read.',
  help: 'what your box can do, beside unshare, bubblewrap, runc and crun',
  lastLesson: 'c: what your runtime can do, beside runc and crun',
  narrow: (names: string) => `Not shown in a window this narrow: ${names}.`,
} as const;
