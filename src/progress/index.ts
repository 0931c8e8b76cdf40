/** What the rest of the program uses of progress. */
export { openProgress } from './store.ts';
export type { ProgressStore } from './store.ts';
export { lessonProgress, noProgress, reduce } from './state.ts';
export type { LastVerdict, LessonProgress, Progress, ProgressEvent } from './state.ts';
