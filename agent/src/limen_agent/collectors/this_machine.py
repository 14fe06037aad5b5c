"""The machine that the agent runs on: files read with a bound, services asked on their sockets, programs that run."""

from __future__ import annotations

import os
import socket
import stat
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress

import psutil

from limen_agent.collectors.check import UndeterminedError
from limen_agent.collectors.machine import (
    FIRST_PERSON,
    LONGEST_FILE,
    SECONDS,
    Program,
    Ran,
    User,
    is_of_the_system,
    is_person,
    undetermined,
)
from limen_agent.collectors.tools import run_tool


class ThisMachine:
    """The machine that the agent runs on."""

    def now(self) -> float:
        return time.time()

    def is_root(self) -> bool:
        return hasattr(os, "geteuid") and os.geteuid() == 0

    def exists(self, path: str) -> bool:
        return os.path.lexists(path)

    def read(self, path: str, longest: int = LONGEST_FILE) -> bytes:
        """A regular file, or one of the kernel's; no pipe or device that could hold us."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            with os.fdopen(descriptor, "rb") as opened:
                if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
                    raise UndeterminedError("unreadable", f"{path} is not a file")
                content = opened.read(longest + 1)
        except OSError as error:
            raise undetermined(path, error) from None
        if len(content) > longest:
            raise UndeterminedError("unreadable", f"{path} is longer than {longest} bytes")
        return content

    def names(self, folder: str) -> list[str]:
        try:
            return sorted(os.listdir(folder))
        except OSError as error:
            raise undetermined(folder, error) from None

    def modified(self, path: str) -> float:
        try:
            return os.stat(path).st_mtime
        except OSError as error:
            raise undetermined(path, error) from None

    def linked(self, path: str) -> str:
        return os.path.realpath(path)

    def device(self, path: str) -> tuple[int, int]:
        """Of a block device: its major and minor number."""
        try:
            found = os.stat(path)
        except OSError as error:
            raise undetermined(path, error) from None
        if not stat.S_ISBLK(found.st_mode):
            raise UndeterminedError("unreadable", f"{path} is not a block device")
        return os.major(found.st_rdev), os.minor(found.st_rdev)

    def run(
        self, *words: str, seconds: float = SECONDS, user: User | None = None, environ: Mapping[str, str] | None = None
    ) -> Ran:
        return run_tool(words, seconds, user, environ or {})

    def ask(self, path: str, question: bytes, *, longest: int = 4096, seconds: float = 5.0) -> bytes:
        """Ask a service of the system on its socket; one that a person could have put there is not asked."""
        until = time.monotonic() + seconds
        answer = b""
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as there:
                there.settimeout(seconds)
                there.connect(path)
                _verify_peer(there, path)
                there.sendall(question)
                while len(answer) <= longest:
                    there.settimeout(max(0.01, until - time.monotonic()))
                    part = there.recv(longest + 1 - len(answer))
                    if not part:
                        return answer
                    answer += part
        except TimeoutError:
            raise UndeterminedError("timed_out", f"{path} did not answer in {seconds:.0f} s") from None
        except OSError as error:
            raise undetermined(path, error) from None
        raise UndeterminedError("unreadable", f"{path} answered more than {longest} bytes")

    def programs(self) -> list[Program]:
        return list(_programs())

    def people(self) -> list[User]:
        return list(_people())


def _verify_peer(there: socket.socket, path: str) -> None:
    """Who answers is a service of the system (SO_PEERCRED, unix(7)); Linux alone tells."""
    if sys.platform != "linux":
        raise UndeterminedError("unsupported", f"who answers at {path} can't be told here")
    credentials = there.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    uid = int.from_bytes(credentials[4:8], sys.byteorder)
    if not is_of_the_system(uid):
        raise UndeterminedError("unreadable", f"who answers at {path} is user {uid}, and no service of the system")


def _programs() -> Iterator[Program]:
    for process in psutil.process_iter():
        try:
            with process.oneshot():
                if process.status() in {psutil.STATUS_ZOMBIE, psutil.STATUS_STOPPED, psutil.STATUS_DEAD}:
                    continue
                name, uid, file = process.name(), _uid_of(process), _file_of(process)
            yield Program(process.pid, name, uid, file)
        except (psutil.Error, OSError):
            continue


def _uid_of(process: psutil.Process) -> int:
    """Windows has no numbers for it: the system's own account counts as 0, everybody else as a person."""
    if sys.platform == "win32":
        return 0 if process.username().casefold() == "nt authority\\system" else FIRST_PERSON
    return process.uids().real


def _file_of(process: psutil.Process) -> str:
    """The file that a program was started from; psutil guesses from its arguments where Linux does not tell."""
    try:
        return os.readlink(f"/proc/{process.pid}/exe") if sys.platform == "linux" else process.exe()
    except (OSError, psutil.Error):
        return ""


def _people() -> Iterator[User]:
    """Who has a session now: logind makes /run/user/UID for their first and takes it away with their last."""
    import pwd  # noqa: PLC0415 -- no such thing on Windows

    try:
        folders = os.listdir("/run/user")
    except FileNotFoundError:
        return
    except OSError as error:
        raise undetermined("/run/user", error) from None
    for folder in folders:
        if not (folder.isascii() and folder.isdigit() and is_person(int(folder))):
            continue
        with suppress(KeyError, OSError):
            if os.stat(f"/run/user/{folder}").st_uid == int(folder):
                who = pwd.getpwuid(int(folder))
                yield User(who.pw_uid, who.pw_gid, who.pw_name, who.pw_dir)
