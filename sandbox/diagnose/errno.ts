/**
 * errno numbers, names and what they say, as Linux has them on x86-64 and arm64 (asm-generic/errno-base.h and errno.h); see
 * errno(3). Pure.
 */

/** number, name, meaning: a sentence's end after "that is:". */
const table: readonly (readonly [number, string, string])[] = [
  [1, 'EPERM', 'the operation is not permitted to you, whatever the file modes say: a capability is missing'],
  [2, 'ENOENT', 'a file or directory on the way is not there'],
  [3, 'ESRCH', 'there is no such process'],
  [4, 'EINTR', 'a signal came before it was done'],
  [5, 'EIO', 'the device failed'],
  [6, 'ENXIO', 'there is no such device behind that node'],
  [7, 'E2BIG', 'arguments and environment together are too long'],
  [8, 'ENOEXEC', 'the file is executable, but its format is not one that the kernel can run'],
  [9, 'EBADF', 'the descriptor is not open, or not open for that'],
  [10, 'ECHILD', 'there is no child to wait for'],
  [11, 'EAGAIN', 'not now: a resource is used up for the moment, or waiting was not wanted'],
  [12, 'ENOMEM', 'memory, or a limit counted with memory, is used up'],
  [13, 'EACCES', 'file modes, mount options or an open mode forbid it'],
  [14, 'EFAULT', 'an argument is an address outside of the process'],
  [15, 'ENOTBLK', 'a block device was needed'],
  [16, 'EBUSY', 'it is in use'],
  [17, 'EEXIST', 'it is there already'],
  [18, 'EXDEV', 'it would cross from one mount to another'],
  [19, 'ENODEV', 'the kernel has no such device or file system type'],
  [20, 'ENOTDIR', 'a part of the path is not a directory'],
  [21, 'EISDIR', 'it is a directory'],
  [22, 'EINVAL', 'an argument does not make sense, or not in this situation'],
  [23, 'ENFILE', 'the whole system has too many files open'],
  [24, 'EMFILE', 'this process has too many files open'],
  [25, 'ENOTTY', 'it is not a terminal, or the device does not know that request'],
  [26, 'ETXTBSY', 'the file is being executed, or written while it should be executed'],
  [27, 'EFBIG', 'the file would become too large'],
  [28, 'ENOSPC', 'no space is left, on a device or in a table with a limit'],
  [29, 'ESPIPE', 'one cannot seek there'],
  [30, 'EROFS', 'the file system or the mount is read-only'],
  [31, 'EMLINK', 'there are too many links'],
  [32, 'EPIPE', 'nobody reads from the other end'],
  [33, 'EDOM', 'the argument lies outside of the function'],
  [34, 'ERANGE', 'the result does not fit'],
  [35, 'EDEADLK', 'it would wait for itself'],
  [36, 'ENAMETOOLONG', 'a name or a path is too long'],
  [37, 'ENOLCK', 'no more locks are to be had'],
  [38, 'ENOSYS', 'this kernel does not have that call'],
  [39, 'ENOTEMPTY', 'the directory is not empty'],
  [40, 'ELOOP', 'there are too many symbolic links on the way, or one where none may be'],
  [42, 'ENOMSG', 'there is no message of that type'],
  [43, 'EIDRM', 'the identifier was removed'],
  [60, 'ENOSTR', 'it is not a stream'],
  [61, 'ENODATA', 'there is no such attribute, or no data'],
  [62, 'ETIME', 'the timer ran out'],
  [71, 'EPROTO', 'the other side broke the protocol'],
  [74, 'EBADMSG', 'the message cannot be read'],
  [75, 'EOVERFLOW', 'the value does not fit its type; for ids: they are not mapped in this user namespace'],
  [84, 'EILSEQ', 'the bytes are not valid text'],
  [87, 'EUSERS', 'too many users, or user namespaces nested too deep'],
  [88, 'ENOTSOCK', 'it is not a socket'],
  [89, 'EDESTADDRREQ', 'a destination is missing'],
  [90, 'EMSGSIZE', 'the message is too long'],
  [91, 'EPROTOTYPE', 'the protocol does not fit the socket'],
  [92, 'ENOPROTOOPT', 'the protocol does not have that option'],
  [93, 'EPROTONOSUPPORT', 'the protocol is not supported'],
  [94, 'ESOCKTNOSUPPORT', 'the socket type is not supported'],
  [95, 'EOPNOTSUPP', 'the operation is not supported here'],
  [96, 'EPFNOSUPPORT', 'the protocol family is not supported'],
  [97, 'EAFNOSUPPORT', 'the address family is not supported'],
  [98, 'EADDRINUSE', 'the address is taken'],
  [99, 'EADDRNOTAVAIL', 'this machine (or network namespace) does not have that address'],
  [100, 'ENETDOWN', 'the network interface is down'],
  [101, 'ENETUNREACH', 'no route leads to that network'],
  [103, 'ECONNABORTED', 'the connection was given up'],
  [104, 'ECONNRESET', 'the other side cut the connection'],
  [105, 'ENOBUFS', 'no buffer space is left'],
  [106, 'EISCONN', 'it is connected already'],
  [107, 'ENOTCONN', 'it is not connected'],
  [110, 'ETIMEDOUT', 'nobody answered in time'],
  [111, 'ECONNREFUSED', 'nobody listens there'],
  [113, 'EHOSTUNREACH', 'no way leads to that host'],
  [114, 'EALREADY', 'it is on its way already'],
  [115, 'EINPROGRESS', 'it has begun and is not done yet'],
  [116, 'ESTALE', 'the file was replaced or removed under its handle'],
  [117, 'EUCLEAN', 'the file system is damaged'],
  [122, 'EDQUOT', 'the quota is used up'],
  [125, 'ECANCELED', 'it was cancelled'],
  [130, 'EOWNERDEAD', 'the owner of the lock died'],
];

/** Other names of the same numbers. */
const aliases: Readonly<Record<string, string>> = { EWOULDBLOCK: 'EAGAIN', EDEADLOCK: 'EDEADLK', ENOTSUP: 'EOPNOTSUPP' };

const byNumber = new Map(table.map((row) => [row[0], row]));
const byName = new Map(table.map((row) => [row[1], row]));

/** `EINVAL` for 22 (and for -22, as the kernel itself returns it); undefined for a number without a name here. */
export function errnoName(number: number): string | undefined {
  return byNumber.get(Math.abs(number))?.[1];
}

/** 22 for `EINVAL`; undefined for a name that is none. */
export function errnoNumber(name: string): number | undefined {
  return byName.get(aliases[name] ?? name)?.[0];
}

/** What an errno says in general, to be read after "that is:"; undefined for a name that is none. */
export function errnoMeaning(name: string): string | undefined {
  return byName.get(aliases[name] ?? name)?.[2];
}
