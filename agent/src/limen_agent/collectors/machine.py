"""The machine as collectors see it: what may be asked of it, and in which values it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from limen_agent.collectors.check import Reason, UndeterminedError

LONGEST_FILE: Final = 1024 * 1024
DAY_S: Final = 86_400
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

    @property
    def reason(self) -> Reason:
        """Why nothing is known, where it did not end as it should."""
        return "denied" if self.is_denied else "unreadable"


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


def is_of_the_system(uid: int) -> bool:
    return 0 <= uid < FIRST_PERSON


def is_person(uid: int) -> bool:
    return FIRST_PERSON <= uid < _NOBODY


def undetermined(path: str, error: OSError) -> UndeterminedError:
    """Why the system did not tell."""
    if isinstance(error, PermissionError):
        return UndeterminedError("denied", f"{path} may not be read by this user")
    if isinstance(error, FileNotFoundError | NotADirectoryError | ConnectionRefusedError):
        return UndeterminedError("missing_tool", f"{path} is not there")
    return UndeterminedError("unreadable", f"{path}: {error.strerror or 'unreadable'}")


def said_by(lines: Sequence[str], longest: int = 3) -> str:
    """The first few of `lines`, and how many more there are."""
    more = len(lines) - longest
    return ", ".join(lines[:longest]) + (f" and {more} more" if more > 0 else "")
