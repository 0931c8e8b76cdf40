/** What the course gate finds wrong: always with a place that an editor can jump to. */
import { LessonError, type Place } from '../lesson/types.ts';

export type Problem = { place: Place; message: string };

/** A collector: `says.at(place, message)`. */
export class Problems {
  readonly all: Problem[] = [];

  at(file: string, line: number, message: string): void {
    this.all.push({ place: { file, line }, message });
  }

  /** Runs something that may throw a LessonError, which becomes a problem; gives its value, or undefined. */
  guard<T>(run: () => T): T | undefined {
    try {
      return run();
    } catch (error) {
      if (!(error instanceof LessonError)) throw error;
      this.all.push({ place: error.place, message: error.message.slice(`${error.place.file}:${error.place.line}: `.length) });
      return undefined;
    }
  }
}

/** `lessons/05-root/lesson.md:12: …`, the form compilers use. */
export function problemLine({ place, message }: Problem): string {
  return `${place.file}:${place.line}: ${message}`;
}
