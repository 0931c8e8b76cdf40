/**
 * sethostname(2) and setdomainname(2).
 */
import { numberArgument, stringArgument } from '../strace-values.ts';
import type { Call } from '../strace.ts';
import { lacksPower } from './facts.ts';
import type { CallFacts, Finding } from './facts.ts';

/** The longest name, in bytes (__NEW_UTS_LEN). */
const LONGEST = 64;

export function explainName(call: Call, facts: CallFacts): Finding | undefined {
  if (call.errno === 'EPERM') return lacksPower(facts, 'CAP_SYS_ADMIN', 'uts');
  if (call.errno !== 'EINVAL') return undefined;
  const length = numberArgument(call.args[1]);
  if (length === undefined) return undefined;
  const text = stringArgument(call.args[0])?.text;
  if (length > LONGEST && length < 0x80000000) {
    return {
      condition: `The name is said to be ${length} bytes long; ${LONGEST} are allowed.`,
      advice: text !== undefined && Buffer.byteLength(text) <= LONGEST
        ? 'The name itself is shorter. What is passed as its length?'
        : 'The length counts bytes, and a character may have several.',
    };
  }
  return { condition: `The second argument, the length, is ${length | 0}.`, advice: 'It is the number of bytes in the name, 0 to 64.' };
}
