/*
 * Loaded into User-Mode Linux's own process (LD_PRELOAD): stands in for libc's ptrace() and uname().
 *
 * UML runs every guest process as a process of this machine that it traces, and goes through ptrace(2) for each of
 * their system calls and page faults. Three things are put right here, and one for uname:
 *
 * 1. Large vector registers. UML 6.1 hands PTRACE_SETREGSET(NT_X86_XSTATE) 2696 bytes. A kernel on a processor with AMX
 *    takes nothing but the whole state (11008 bytes: EFAULT), and UML panics: "ptrace set fp regs failed, errno = 14".
 *    The missing tail (AMX tiles, which no guest can have) is set to zeros.
 * 2. Fewer of these calls. UML sets the floating-point registers after every stop, mostly to what they are. A setting is
 *    held back until the guest process is really let run, and left out where the registers are those last read and
 *    nothing has run since. (PTRACE_CONT only ever runs UML's own stub, which leaves them alone; but what was known
 *    about them is forgotten.)
 * 3. One processor. UML and the traced process take turns, never at once; on two processors each turn costs a wake-up
 *    across them. Both are kept on one, chosen anew every 100 ms by letting UML roam for 5 ms: the scheduler then moves
 *    it to where there is room.
 * 4. uname() is what /proc/cpuinfo's line "host" is made of: "Linux NAME RELEASE VERSION MACHINE". In place of this machine's
 *    name, which is nobody's business in there, it gets a line "core id", without which procps 4.0.2 (ps aux, top, vmstat)
 *    cannot read that file.
 *
 * No headers: it is compiled by tcc with no libc development files at hand. Single-threaded, as UML is.
 */
typedef unsigned long u64;
struct iovec { void *base; u64 length; };
struct utsname { char sysname[65], nodename[65], release[65], version[65], machine[65], domainname[65]; };

extern long syscall(long number, ...);
extern int *__errno_location(void);
extern int memcmp(const void *a, const void *b, u64 length);
extern void *memcpy(void *to, const void *from, u64 length);
extern char *strcpy(char *to, const char *from);

enum { SYS_uname = 63, SYS_ptrace = 101, SYS_sched_setaffinity = 203, SYS_sched_getaffinity = 204, SYS_clock_gettime = 228, SYS_getcpu = 309 };
enum { CLOCK_MONOTONIC = 1 };
enum {
  PEEKTEXT = 1, PEEKUSER = 3, CONT = 7, STEP = 9, GETREGS = 12, SETREGS = 13, SYSCALL = 24, SYSEMU = 31, SYSEMU_STEP = 32,
  GETSIGINFO = 0x4202, GETREGSET = 0x4204, SETREGSET = 0x4205, NT_X86_XSTATE = 0x202,
};

/* --- vector registers --------------------------------------------------------------------------------------------- */

enum { STATE_WORDS = 8192 };          /* 64 KiB: more than any processor's state */
static u64 held[STATE_WORDS];         /* what the registers of process held_by are */
static u64 wanted[STATE_WORDS];       /* what those of wanted_by are to be; the tail stays zero */
static long held_by, wanted_by;       /* 0: nobody's */
static u64 host_length, uml_length;   /* the state's length in bytes: the host's, and the part that UML knows */

/* Asks once how long the host's state is. `wanted` serves as the buffer and is zeros again afterwards. */
static long measure(long pid) {
  struct iovec all = { wanted, sizeof wanted };
  u64 i;
  if (syscall(SYS_ptrace, GETREGSET, pid, NT_X86_XSTATE, &all) < 0) return -1;
  host_length = all.length;
  for (i = 0; i < STATE_WORDS; i++) wanted[i] = 0;
  return 0;
}

/* Carries out the setting that was held back, unless the registers are that already. */
static long settle_registers(long pid) {
  struct iovec all = { wanted, host_length };
  if (wanted_by != pid) return 0;
  if (held_by == pid && !memcmp(held, wanted, uml_length)) return 0;
  return syscall(SYS_ptrace, SETREGSET, pid, NT_X86_XSTATE, &all);
}

static long get_registers(long pid, struct iovec *into) {
  if (wanted_by == pid) {
    if (settle_registers(pid) < 0) return -1;
    wanted_by = held_by = 0;
  }
  if (held_by == pid && into->length >= uml_length) {
    memcpy(into->base, held, uml_length);
    into->length = uml_length;
    return 0;
  }
  if (!host_length && measure(pid) < 0) return -1;
  if (syscall(SYS_ptrace, GETREGSET, pid, NT_X86_XSTATE, into) < 0) return -1;
  held_by = 0;
  if (into->length <= sizeof held) {
    memcpy(held, into->base, into->length);
    uml_length = into->length;
    held_by = pid;
  }
  return 0;
}

/* --- one processor for two that take turns ------------------------------------------------------------------------ */

enum { CPU_WORDS = 16, KNOWN = 256, ROAM_EVERY_MS = 100, ROAM_FOR_MS = 5 };
static u64 allowed[CPU_WORDS], one[CPU_WORDS];   /* cpu sets: those we may use; the one in use */
static long home = -1;                           /* the cpu in use */
static long pinning, roaming, since;             /* since: when the present phase began, in ms */
static u64 resumes;
static long known_pid[KNOWN], known_home[KNOWN]; /* which processes were put where; a slot for each pid modulo KNOWN */

static long now_ms(void) {
  long time[2];
  syscall(SYS_clock_gettime, CLOCK_MONOTONIC, time);
  return time[0] * 1000 + time[1] / 1000000;
}

/* Stay on the processor we happen to be on. */
static void settle_here(void) {
  unsigned cpu = 0;
  syscall(SYS_getcpu, &cpu, 0, 0);
  if (cpu >= CPU_WORDS * 64) return;
  one[home < 0 ? 0 : home / 64] = 0;
  home = cpu;
  one[home / 64] = 1UL << (home % 64);
  syscall(SYS_sched_setaffinity, 0, sizeof one, one);
  roaming = 0;
  since = now_ms();
}

static void look_around(void) {
  static int begun;
  long now = now_ms();
  if (!begun) {
    begun = 1;
    pinning = syscall(SYS_sched_getaffinity, 0, sizeof allowed, allowed) > 0;
    if (pinning) settle_here();
  } else if (pinning && roaming && now - since >= ROAM_FOR_MS) {
    settle_here();
  } else if (pinning && !roaming && now - since >= ROAM_EVERY_MS) {
    syscall(SYS_sched_setaffinity, 0, sizeof allowed, allowed);
    roaming = 1;
    since = now;
  }
}

/* Before a guest process runs: it belongs where UML is. The first look is at the 64th: UML's helper threads, which
 * would inherit the setting, have been started by then. */
static void place(long pid) {
  long slot = pid & (KNOWN - 1);
  if ((++resumes & 63) == 0) look_around();
  if (!pinning || (known_pid[slot] == pid && known_home[slot] == home)) return;
  syscall(SYS_sched_setaffinity, pid, sizeof one, one);
  known_pid[slot] = pid;
  known_home[slot] = home;
}

/* --- what UML calls ----------------------------------------------------------------------------------------------- */

long ptrace(long request, long pid, void *address, void *data) {
  long word;
  switch (request) {
  case PEEKTEXT: case PEEKTEXT + 1: case PEEKUSER: /* the system call stores the word, libc's function returns it */
    if (syscall(SYS_ptrace, request, pid, address, &word) < 0) return -1;
    *__errno_location() = 0;
    return word;
  case GETREGS: case SETREGS: case GETSIGINFO: /* do not touch the vector registers */
    return syscall(SYS_ptrace, request, pid, address, data);
  case GETREGSET:
    if (address == (void *)NT_X86_XSTATE) return get_registers(pid, data);
    break;
  case SETREGSET:
    if (address == (void *)NT_X86_XSTATE && host_length && ((struct iovec *)data)->length == uml_length) {
      memcpy(wanted, ((struct iovec *)data)->base, uml_length);
      wanted_by = pid;
      return 0;
    }
    break;
  case SYSEMU: case SYSEMU_STEP: case SYSCALL: case STEP:
    if (settle_registers(pid) < 0) return -1;
    place(pid);
    break;
  case CONT:
    place(pid);
    break;
  }
  wanted_by = held_by = 0;
  return syscall(SYS_ptrace, request, pid, address, data);
}

int uname(struct utsname *name) {
  if (syscall(SYS_uname, name) < 0) return -1;
  strcpy(name->nodename, "\ncore id\t\t: 0\nhost kernel\t:");
  return 0;
}
