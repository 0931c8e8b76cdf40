/** From a call that is over to what is told of it. */
import { isQuestionable } from '../diagnose/autopsy.ts';
import { describeCall, explain } from '../diagnose/doctor.ts';
import { errnoName } from '../diagnose/errno.ts';
import { collect } from '../diagnose/moment.ts';
import type { Call } from '../diagnose/strace.ts';
import type { Change, TraceFailure, TraceState, TraceStep } from '../wire/trace.ts';

/** Changes listed for one call, at most. */
const MOST_CHANGES = 120;

/** A call and what it returned, as the kernel has it: -EINVAL for a failure; null where the process ended in it. */
export function callOf(tid: number, name: string, args: readonly string[], result: number | null): Call {
  const failed = result !== null && result < 0 && result >= -4095;
  return { pid: tid, name, args, result: failed ? -1 : result, ...(failed ? { errno: errnoText(-result) } : {}) };
}

/** EINVAL, or a number for what has no name. */
export function errnoText(number: number): string {
  return errnoName(number) ?? `E${number}`;
}

/** Why a call failed, by what is so while its caller stands there; undefined where there is nothing to say. */
export function failureOf(call: Call, earlier: readonly Call[]): TraceFailure | undefined {
  if (!isQuestionable(call)) return undefined;
  const found = explain(call, { ...collect(call), earlier: earlier.filter((one) => one.pid === call.pid) });
  return { condition: found.condition, advice: found.advice, certain: found.certain, evidence: found.evidence.map(({ source, lines }) => ({ source, lines: [...lines] })) };
}

export type StepParts = {
  process: number;
  call: Call;
  by: string | undefined;
  failure: TraceFailure | undefined;
  changes: readonly Change[];
  beside: readonly string[];
  state: TraceState | undefined;
};

export function makeStep({ process, call, by, failure, changes, beside, state }: StepParts): TraceStep {
  return {
    process, name: call.name, args: [...call.args], text: describeCall(call), result: call.result,
    ...(call.errno === undefined ? {} : { errno: call.errno }),
    ...(failure === undefined ? {} : { failure }),
    ...(by === undefined ? {} : { by }),
    changes: changes.slice(0, MOST_CHANGES),
    ...(changes.length > MOST_CHANGES ? { more: changes.length - MOST_CHANGES } : {}),
    ...(beside.length > 0 ? { beside: [...beside] } : {}),
    ...(state === undefined ? {} : { state }),
  };
}
