/** The check API as a check file imports it: `import { lesson } from '#check'`. */
export { lesson } from './collected.ts';
export type {
  Box, CheckContext, CheckOptions, Claim, Container, DefineLesson, Ended, LessonContext, RunOptions, Token, Wall,
} from './api.ts';
export type { CgroupView } from '../observe/cgroup.ts';
export { derive, fact, narrow } from '../observe/fact.ts';
export type { Fact } from '../observe/fact.ts';
export type { ProcessView } from '../observe/process.ts';
