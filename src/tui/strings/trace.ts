/** What the trace and its timeline say. */
export const trace = {
  title: (number: number, mode: 'calls' | 'timeline') => `${mode === 'calls' ? 'Trace' : 'Timeline'} of lesson ${String(number).padStart(2, '0')}`,
  confirm: [
    'The calls of your box beside those of the reference. They are shown when the lesson passes, because they are half of the answer.',
    'y shows them now. t shows only your own, with what each of them changes. Any other key goes back.',
  ],
  waiting: 'Waiting for the kernel …',
  running: { mine: 'Following your box, call by call …', reference: 'Following the reference …' },
  runningNext: 'It takes a few seconds. Esc stops it.',
  cancelled: 'Stopped. r starts it again.',
  failed: 'There is no trace:',
  alone: 'Only your box was followed. y in the question before shows the reference’s calls beside yours.',
  stepsAround: 'calls around this one',
} as const;
