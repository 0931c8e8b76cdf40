/** What the tutor says about a course that has changed since the learner was here. */
const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

export const update = {
  title: 'The course has changed since you were here',
  /** `05-root: its page, its starter (stage.ts)`. */
  lesson: (lesson: string, { page, checks, files }: { page: boolean; checks: boolean; files: readonly string[] }) =>
    `${lesson}: ${[...(page ? ['its page'] : []), ...(checks ? ['its checks'] : []), ...(files.length > 0 ? [`its starter (${files.join(', ')})`] : [])].join(', ')}`,
  onlyRead: (lessons: string) => `The course has changed since you were here: ${lessons}.`,
  box: 'What that does to your box:',
  later: 'The course has news for your box: `drydock update` brings it, the next lesson does, too.',
  done: (count: number) => `Updated: ${plural(count, 'file', 'files')} of your box. u undoes it.`,
  doneConflicts: (sides: string) => `Updated; ${sides} is yours to bring together. u undoes it.`,
} as const;
