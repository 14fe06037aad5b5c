"""The machine as collectors see it: files read with a bound, tools run without a shell, programs that run."""

from __future__ import annotations

import os
import selectors
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol

import psutil

from limen_agent.collectors.check import UndeterminedError

TOOLS_IN: Final = (
    ("C:\\Windows\\System32\\WindowsPowerShell\\v1.0", "C:\\Windows\\System32")
    if sys.platform == "win32"
    else ("/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/libexec/ApplicationFirewall")
)
"""Where tools are looked for, whatever the caller's PATH says."""
LONGEST_FILE: Final = 1024 * 1024
LONGEST_OUTPUT: Final = 4 * 1024 * 1024
SECONDS: Final = 20.0
FIRST_PERSON: Final = 1000
"""User ids below this are of the system (SYS_UID_MAX of login.defs)."""
_NOBODY: Final = 65534
_DENIED_WORDS: Final = ("permission denied", "not permitted", "access is denied", "requires root", "must be root")


@dataclass(frozen=True, slots=True)
class Ran:
    """What a tool printed, and what it ended with."""

    code: int
    out: str
    err: str = ""

    @property
    def is_denied(self) -> bool:
        said = self.err.casefold()
        return self.code != 0 and any(words in said for words in _DENIED_WORDS)


@dataclass(frozen=True, slots=True)
class Program:
    """A running program. `file` is "" where this user may not know it."""

    pid: int
    name: str
    uid: int
    file: str


@dataclass(frozen=True, slots=True)
class User:
    """Somebody with a session: who they are, where their session's bus is."""

    uid: int
    gid: int
    name: str
    home: str


class Machine(Protocol):
    """What may be asked. Everything but `exists` raises UndeterminedError where it can't tell."""

    def now(self) -> float: ...

    def is_root(self) -> bool: ...

    def exists(self, path: str) -> bool: ...

    def read(self, path: str, longest: int = LONGEST_FILE) -> bytes: ...

    def names(self, folder: str) -> list[str]: ...

    def modified(self, path: str) -> float: ...

    def linked(self, path: str) -> str: ...

    def device(self, path: str) -> tuple[int, int]: ...

    def run(
        self, *words: str, seconds: float = SECONDS, user: User | None = None, environ: Mapping[str, str] | None = None
    ) -> Ran: ...

    def ask(self, path: str, question: bytes, *, longest: int = 4096, seconds: float = 5.0) -> bytes: ...

    def programs(self) -> list[Program]: ...

    def people(self) -> list[User]: ...


def text(machine: Machine, path: str, longest: int = LONGEST_FILE) -> str:
    """A file's text. Raises UndeterminedError where it is none."""
    return plain(machine.read(path, longest), path)


def whole_lines(machine: Machine, path: str) -> str:
    """The text of a table that was written to its end: what is cut off could be what matters."""
    found = text(machine, path)
    if not found.endswith("\n"):
        raise UndeterminedError("unreadable", f"{path} is cut off")
    return found


def plain(content: bytes, whose: str) -> str:
    """Bytes as text; what is no UTF-8 is shown as such and matches nothing. Raises UndeterminedError for binary."""
    if b"\0" in content:
        raise UndeterminedError("unreadable", f"{whose} is not text")
    return content.decode("utf-8", "replace")


def printed(tool: str, code: int, out: bytes, err: bytes) -> Ran:
    """What a tool said, if it said it to its end. Raises UndeterminedError."""
    if max(len(out), len(err)) > LONGEST_OUTPUT:
        raise UndeterminedError("unreadable", f"{tool} printed more than {LONGEST_OUTPUT} bytes")
    if code == 0 and out and not out.endswith(b"\n"):
        raise UndeterminedError("unreadable", f"what {tool} printed is cut off")
    return Ran(code, plain(out, f"what {tool} printed"), plain(err, f"what {tool} printed"))


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
        tool = find_tool(words[0])
        as_user: dict[str, object] = {}
        if user is not None and self.is_root():
            as_user = {"user": user.uid, "group": user.gid, "extra_groups": []}
        plain = {"PATH": os.pathsep.join(TOOLS_IN), "LC_ALL": "C", "LANGUAGE": "C", "HOME": user.home if user else "/"}
        try:
            process = subprocess.Popen(  # type: ignore[call-overload]  # noqa: S603 -- a tool of the system, words of this package
                [tool, *words[1:]],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd="/",
                env={**plain, **(environ or {})},
                start_new_session=True,
                **as_user,
            )
        except OSError as error:
            raise undetermined(tool, error) from None
        try:
            out, err = _read_both(process, time.monotonic() + seconds)
            if max(len(out), len(err)) > LONGEST_OUTPUT:
                return printed(words[0], 0, out, err)
            code = process.wait(max(0.1, seconds))
        except (TimeoutError, subprocess.TimeoutExpired):
            raise UndeterminedError("timed_out", f"{words[0]} took longer than {seconds:.0f} s") from None
        finally:
            _end(process)
        return printed(words[0], code, out, err)

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


def find_tool(name: str) -> str:
    """The tool's whole path. Raises UndeterminedError where it is in none of the system's folders."""
    for folder in TOOLS_IN:
        path = f"{folder}/{name}"
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    raise UndeterminedError("missing_tool", f"{name} is not installed")


def undetermined(path: str, error: OSError) -> UndeterminedError:
    """Why the system did not tell."""
    if isinstance(error, PermissionError):
        return UndeterminedError("denied", f"{path} may not be read by this user")
    if isinstance(error, FileNotFoundError | NotADirectoryError | ConnectionRefusedError):
        return UndeterminedError("missing_tool", f"{path} is not there")
    return UndeterminedError("unreadable", f"{path}: {error.strerror or 'unreadable'}")


def _read_both(process: subprocess.Popen[bytes], until: float) -> tuple[bytes, bytes]:
    """Both outputs to their ends, or to more than is taken. Raises TimeoutError."""
    out, err = bytearray(), bytearray()
    with selectors.DefaultSelector() as waiting:
        waiting.register(process.stdout or -1, selectors.EVENT_READ, out)
        waiting.register(process.stderr or -1, selectors.EVENT_READ, err)
        while waiting.get_map():
            left = until - time.monotonic()
            ready = waiting.select(left) if left > 0 else []
            if not ready:
                raise TimeoutError
            for key, _ in ready:
                part = os.read(key.fd, 65536)
                key.data.extend(part)
                if not part:
                    waiting.unregister(key.fileobj)
                if len(key.data) > LONGEST_OUTPUT:
                    return bytes(out), bytes(err)
    return bytes(out), bytes(err)


def _end(process: subprocess.Popen[bytes]) -> None:
    """The tool and whatever it started: nothing goes on running that nobody waits for."""
    if process.poll() is None:
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


def _verify_peer(there: socket.socket, path: str) -> None:
    """Who answers is a service of the system (SO_PEERCRED, unix(7)); Linux alone tells."""
    if sys.platform != "linux":
        raise UndeterminedError("unsupported", f"who answers at {path} can't be told here")
    credentials = there.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    uid = int.from_bytes(credentials[4:8], sys.byteorder)
    if not is_of_the_system(uid):
        raise UndeterminedError("unreadable", f"who answers at {path} is user {uid}, and no service of the system")


def is_of_the_system(uid: int) -> bool:
    return 0 <= uid < FIRST_PERSON


def is_person(uid: int) -> bool:
    return FIRST_PERSON <= uid < _NOBODY


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


def said_by(lines: Sequence[str], longest: int = 3) -> str:
    """The first few of `lines`, and how many more there are."""
    more = len(lines) - longest
    return ", ".join(lines[:longest]) + (f" and {more} more" if more > 0 else "")
