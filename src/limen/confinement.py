"""What a process gives up before it reads what strangers sent: memory, time, files, the network and its privileges.

Each child process of Limen that reads what others wrote calls `limit`; one that runs parsers written in C calls
`confine` as well, after all that it needs is imported. Both hold until the process ends.
"""

from __future__ import annotations

import errno
import fcntl
import os
import resource
import sys
from contextlib import suppress
from enum import StrEnum
from typing import Any, Final

FILES: Final = 32
_NOBODY: Final = 65534
_ALLOWED: Final = [
    "brk",
    "mmap",
    "munmap",
    "mremap",
    "mprotect",
    "madvise",
    "read",
    "pread64",
    "readv",
    "write",
    "writev",
    "recvmsg",
    "recvfrom",
    "sendmsg",
    "sendto",
    "close",
    "lseek",
    "fstat",
    "poll",
    "ppoll",
    "futex",
    "sched_yield",
    "sched_getaffinity",
    "getpid",
    "gettid",
    "set_robust_list",
    "rseq",
    "membarrier",
    "clock_gettime",
    "clock_nanosleep",
    "nanosleep",
    "gettimeofday",
    "getrandom",
    "getrusage",
    "times",
    "getrlimit",
    "setrlimit",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "sigaltstack",
    "restart_syscall",
    "exit",
    "exit_group",
]
"""No file is opened, no socket made, no process started, no other process touched."""
_OWN_PROCESS: Final = 0
_FLAGS_ONLY: Final = (fcntl.F_GETFD, fcntl.F_SETFD, fcntl.F_GETFL)
"""Others have the kernel send a signal to any process of the same user where something comes to a socket."""


class Held(StrEnum):
    """What a process can't do any more."""

    PRIVILEGES = "privileges"
    """It is nobody: no file of Limen's is its own, no other process either."""
    SYSTEM_CALLS = "system-calls"
    """The kernel refuses all but memory, time and what is open."""


def limit(*, memory: int, cpu_seconds: int | None = None, files: int = FILES) -> None:
    """Bound this process: `memory` in bytes of address space, processor time, open files. It writes to no file."""
    try:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    except (OSError, ValueError):
        if sys.platform != "darwin":  # which knows no such bound
            raise
    if cpu_seconds is not None:
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))


def more_processor_time(seconds: int) -> None:
    """Let this process use so many more seconds from now on; the kernel ends it where it uses more."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def confine(*, memory: int, files: int) -> frozenset[Held]:
    """`limit`, and drop privileges and all system calls that need any; what of it holds here.

    Where the kernel or libseccomp has no filter, as on macOS, only `limit` and what `Held` says holds.
    """
    rules = _filter()
    limit(memory=memory, files=files)
    held = {Held.PRIVILEGES} if _is_nobody() else set()
    if rules is not None and _is_loaded(rules):
        held.add(Held.SYSTEM_CALLS)
    return frozenset(held)


def has_filter() -> bool:
    """Whether this system has what refuses system calls; the kernel is not asked."""
    return _filter() is not None


def _is_nobody() -> bool:
    if os.geteuid() != 0:
        return False
    os.setgroups([])
    os.setgid(_NOBODY)
    os.setuid(_NOBODY)
    return True


def _filter() -> Any:
    """Rules for seccomp(2), by libseccomp, which most distributions install with the base system; None without it."""
    try:
        import pyseccomp  # noqa: PLC0415 -- looks for the library when it is imported
    except (ImportError, OSError, RuntimeError):
        return None
    rules = pyseccomp.SyscallFilter(pyseccomp.ERRNO(errno.EPERM))
    for name in _ALLOWED:
        with suppress(OSError, ValueError):  # no call of this architecture
            rules.add_rule(pyseccomp.ALLOW, name)
    # Both reach other processes of the same user, as Limen itself where it does not run as root.
    rules.add_rule(pyseccomp.ALLOW, "prlimit64", pyseccomp.Arg(0, pyseccomp.EQ, _OWN_PROCESS))
    for command in _FLAGS_ONLY:
        rules.add_rule(pyseccomp.ALLOW, "fcntl", pyseccomp.Arg(1, pyseccomp.EQ, command))
    return rules


def _is_loaded(rules: Any) -> bool:
    try:
        rules.load()
    except OSError:
        return False
    return True
