/**
 * Refusals of rtnetlink(7). ip(8) and its kin do not make system calls that fail: they send a request through a socket, and
 * a message comes back that says what the kernel thought of it. Pure.
 */
import type { Call } from './strace.ts';

/** From <linux/rtnetlink.h>. strace knows their names only for sockets of its own network namespace. */
const requests: Readonly<Record<number, string>> = {
  0x10: 'RTM_NEWLINK', 0x11: 'RTM_DELLINK', 0x13: 'RTM_SETLINK', 0x14: 'RTM_NEWADDR', 0x18: 'RTM_NEWROUTE', 0x1c: 'RTM_NEWNEIGH',
};

/** The requests that are told of; those that only ask are not, since "there is none" is what a program may want to know. */
export const netlinkRequests: readonly string[] = Object.values(requests);

/** Calls by which such an answer comes. */
export const netlinkReads: readonly string[] = ['recvmsg', 'recvfrom'];

/**
 * The refused request in what a call received, as if it were a call itself: `RTM_NEWLINK(IFLA_IFNAME="v5", IFLA_NET_NS_PID=9)`
 * that failed with ESRCH. Undefined where there is none in it.
 */
export function netlinkRefusal(call: Call): Call | undefined {
  if (!netlinkReads.includes(call.name) || call.errno !== undefined) return undefined;
  const [, errno, request] = /nlmsg_type=NLMSG_ERROR,.*?\{error=-(E[A-Z0-9]+), (msg=.*)$/s.exec(call.args.join(', ')) ?? [];
  if (errno === undefined || request === undefined) return undefined;
  const [, type = '', sequence] = /nlmsg_type=(\w+)[^{}]*?nlmsg_seq=(\d+)/s.exec(request) ?? [];
  const name = requests[Number(type)] ?? type;
  // iproute2 counts from the time of day; number 0 is a question to find out what this kernel can do.
  if (!netlinkRequests.includes(name) || sequence === '0') return undefined;
  return { pid: call.pid, name, args: attributesOf(request), result: -1, errno };
}

/** The attributes that have a plain value: `IFLA_IFNAME="v5"`. One of them may be the kernel's own explanation. */
function attributesOf(request: string): string[] {
  const found = request.matchAll(/\[\{nla_len=\d+, nla_type=(\w+)\}, ("(?:[^"\\]|\\.)*"|-?\d+|inet_addr\("[\d.]+"\)|if_nametoindex\("[^"]*"\))\.*\]/gs);
  return [...found].filter(([, name]) => name !== 'IFLA_INFO_DATA').map(([, name, value]) => `${name}=${value}`);
}
