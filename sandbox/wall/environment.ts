/** What a command in a wall finds in its environment: this and nothing of the judge's. */

export const wallEnvironment: Readonly<Record<string, string>> = {
  PATH: '/root/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  USER: 'root',
  LOGNAME: 'root',
  SHELL: '/bin/bash',
  LANG: 'C.UTF-8',
  TERM: 'xterm-256color',
  // The wall's own, on its own tmpfs: a cache shared between walls would be a way from one to the next.
  NODE_COMPILE_CACHE: '/run/node-cache',
};
