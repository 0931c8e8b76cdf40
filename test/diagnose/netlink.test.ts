/** Refusals of rtnetlink, as strace shows them: read, and explained. */
import { expect, test } from 'vitest';
import { isQuestionable } from '../../sandbox/diagnose/autopsy.ts';
import { describeCall, explain } from '../../sandbox/diagnose/doctor.ts';
import { netlinkRefusal } from '../../sandbox/diagnose/netlink.ts';
import { call, facts } from './facts.ts';

const received = (answer: string): string => `recvmsg(3<socket:[154]>, {msg_name={sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}, msg_namelen=12, msg_iov=[{iov_base=[{nlmsg_len=60, nlmsg_type=NLMSG_ERROR, nlmsg_flags=0, nlmsg_seq=17, nlmsg_pid=10}, ${answer}], iov_len=32768}], msg_iovlen=1, msg_controllen=0, msg_flags=0}, 0) = 60`;
const request = (type: string, rest: string, sequence = 17): string => `msg=[{nlmsg_len=40, nlmsg_type=${type}, nlmsg_flags=NLM_F_REQUEST|NLM_F_ACK, nlmsg_seq=${sequence}, nlmsg_pid=0}, ${rest}]`;
const header = '{ifi_family=AF_UNSPEC, ifi_type=ARPHRD_NETROM, ifi_index=if_nametoindex("eth9"), ifi_flags=0, ifi_change=0}';
const moved = request('RTM_NEWLINK', `${header}, [{nla_len=8, nla_type=IFLA_NET_NS_PID}, 9999]`);
const refusal = (answer: string) => netlinkRefusal(call(received(answer)));

test('a refused request is read as a call that failed', () => {
  const found = refusal(`{error=-ESRCH, ${moved}}`);
  expect(found).toEqual({ pid: 412, name: 'RTM_NEWLINK', args: ['IFLA_NET_NS_PID=9999'], result: -1, errno: 'ESRCH' });
  expect(describeCall(found!)).toBe('RTM_NEWLINK(IFLA_NET_NS_PID=9999)');
  expect(isQuestionable(found!)).toBe(true);
});

test('names and kinds of a new interface, however deep', () => {
  const rest = `${header}, [[{nla_len=7, nla_type=IFLA_IFNAME}, "v5"], [{nla_len=56, nla_type=IFLA_LINKINFO}, [[{nla_len=8, nla_type=IFLA_INFO_KIND}, "veth"...], [{nla_len=44, nla_type=IFLA_INFO_DATA}, "\\x28\\x00"]]]]`;
  expect(refusal(`{error=-EINVAL, ${request('RTM_NEWLINK', rest)}}`)?.args).toEqual(['IFLA_IFNAME="v5"', 'IFLA_INFO_KIND="veth"']);
});

test('in another network namespace strace has numbers only, and the kernel may have said more', () => {
  const answer = `[{error=-ENETUNREACH, ${request('0x18 /* NLMSG_??? */', '"\\x02\\x00"')}}, [{nla_len=32, nla_type=NLMSGERR_ATTR_MSG}, "Nexthop has invalid gateway"]]`;
  expect(refusal(answer)).toMatchObject({ name: 'RTM_NEWROUTE', args: ['NLMSGERR_ATTR_MSG="Nexthop has invalid gateway"'], errno: 'ENETUNREACH' });
});

test.each([
  ['an acknowledgement', `{error=0, ${moved}}`],
  ['a probe', `{error=-ENODEV, ${request('RTM_NEWLINK', header, 0)}}`],
  ['a question', `{error=-ENODEV, ${request('RTM_GETLINK', header)}}`],
])('%s is none', (_, answer) => {
  expect(refusal(answer)).toBeUndefined();
});

test('other calls are none, and "it is there already" is no failure', () => {
  expect(netlinkRefusal(call('read(3, "nlmsg_type=NLMSG_ERROR", 9) = 9'))).toBeUndefined();
  expect(isQuestionable(refusal(`{error=-EEXIST, ${moved}}`)!)).toBe(false);
});

test.each([
  ['ESRCH', moved, /number, 9999, and in the pid namespace/],
  ['ENODEV', moved, /No interface of that name or number is in the network namespace/],
  ['ENETDOWN', moved, /is down/],
  ['ENETUNREACH', request('RTM_NEWROUTE', '{rtm_family=AF_INET}, [{nla_len=8, nla_type=RTA_GATEWAY}, inet_addr("10.1.0.1")]'), /gateway of this route 10\.1\.0\.1 is on no network/],
])('%s is explained', (errno, sent, condition) => {
  const found = explain(refusal(`{error=-${errno}, ${sent}}`)!, facts());
  expect(found).toMatchObject({ errno, condition: expect.stringMatching(condition), certain: true });
  expect(found.advice).toMatch(/[.?]$/);
});

test('EPERM is a matter of who owns the namespace, EINVAL of what one passed', () => {
  expect(explain(refusal(`{error=-EPERM, ${moved}}`)!, facts({ owners: { net: 4 } })).condition).toMatch(/network namespace.*belongs to another user namespace/);
  expect(explain(refusal(`{error=-EINVAL, ${moved}}`)!, facts())).toMatchObject({ certain: false, advice: expect.stringContaining('rtnetlink(7)') });
});
