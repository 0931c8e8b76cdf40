/** What comparisons of files say. */
export const diff = {
  reference: 'Your box and the reference',
  referenceLegend: '- yours   + reference   d: since you passed',
  passed: 'Since your box passed',
  passedOf: (number: number) => `Since your box passed lesson ${String(number).padStart(2, '0')}`,
  passedLegend: '- then   + now',
  loading: 'Comparing …',
  same: 'Your files are the same as the reference.',
  unchanged: 'Your files are as they were when they passed.',
  nothingKept: 'No version has passed yet. When a lesson passes, your box is kept as it is then.',
  confirm: [
    'The reference solution is shown when the lesson passes.',
    'See it now?  y shows it, any other key goes back.',
    'd: what you have changed since your box last passed.',
  ],
  at: (number: string) => `  line ${number}`,
  notYours: (file: string) => `${file}: you do not have it yet`,
  newSince: (file: string) => `${file}: new since then`,
} as const;
