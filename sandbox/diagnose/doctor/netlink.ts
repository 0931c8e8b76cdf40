/** Requests of rtnetlink(7) that were refused. */
import type { Call } from '../strace.ts';
import { lacksPower } from './facts.ts';
import type { CallFacts, Finding } from './facts.ts';

/** Why the kernel did not do what ip(8) asked for. */
export function explainNetlink(call: Call, facts: CallFacts): Finding | undefined {
  switch (call.errno) {
    case 'ESRCH':
      return {
        condition: `The request names a process by its number${numberOf(call)}, and in the pid namespace of the program that asked nobody has that number.`,
        advice: 'A pid is a name, and whoever reads it reads it in its own namespace. In which one does box start this program?',
      };
    case 'ENETUNREACH':
    case 'EHOSTUNREACH':
      return {
        condition: `The gateway of this route${attribute(call, 'RTA_GATEWAY')} is on no network that the namespace knows a way to.`,
        advice: 'A gateway must be a neighbour. What follows from the address of the interface, and from the number behind its slash? Is the interface up by then?',
      };
    case 'ENETDOWN':
      return { condition: 'The interface that this is about is down.', advice: 'The order of the steps: what has to be up before?' };
    case 'EPERM':
      return lacksPower(facts, 'CAP_NET_ADMIN', 'net');
    case 'ENODEV':
      return {
        condition: 'No interface of that name or number is in the network namespace of the program that asked.',
        advice: 'An interface is in one namespace at a time. In which one is it now, and in which one does the program run?',
      };
    default:
      return undefined;
  }
}

function numberOf(call: Call): string {
  const number = attribute(call, 'IFLA_NET_NS_PID');
  return number === '' ? '' : number.replace(/^ /, ', ');
}

function attribute(call: Call, name: string): string {
  const value = call.args.find((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1);
  return value === undefined ? '' : ` ${/^inet_addr\("(.*)"\)$/.exec(value)?.[1] ?? value}`;
}
