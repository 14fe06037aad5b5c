"""The state folder: 0700, its files 0600, each written whole or not at all, held by one agent at a time."""

from __future__ import annotations

import fcntl
import json
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from limen_agent.bounded_json import read_object
from limen_agent.errors import AgentError

SYSTEM: Final = Path("/var/lib/limen-agent")
LONGEST_FILE: Final = 1024 * 1024
_LOCK: Final = "lock"
_ANEW: Final = "run `limen-agent forget`, then enrol this device anew"


class BusyError(AgentError):
    """Another agent has this state."""


def usual_folder() -> Path:
    """The system's for root; for an ordinary user theirs (XDG Base Directory, `$XDG_STATE_HOME`)."""
    if named := os.environ.get("LIMEN_AGENT_STATE"):
        return Path(named)
    if os.geteuid() == 0:
        return SYSTEM
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "limen-agent"


class StateFolder:
    """Files of this agent alone. Every method raises AgentError where the disk or the permissions are in the way."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def prepare(self) -> None:
        """Make the folder where there is none."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise AgentError(
                f"{self.path} can't be made: {error.strerror}",
                "run this as root, or name another folder with LIMEN_AGENT_STATE",
            ) from None
        self._verify(self.path, 0o077, "chmod 700")

    def has(self, name: str) -> bool:
        try:
            os.lstat(self.path / name)
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise self._unreadable(name, error) from None
        return True

    def read(self, name: str) -> bytes:
        """The file's content; one that others may read, or that is a link, is refused."""
        self._verify(self.path, 0o077, "chmod 700")
        file = self.path / name
        try:
            descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as error:
            raise self._unreadable(name, error) from None
        with os.fdopen(descriptor, "rb") as opened:
            self._verify(file, 0o177, "chmod 600", os.fstat(opened.fileno()))
            content = opened.read(LONGEST_FILE + 1)
        if len(content) > LONGEST_FILE:
            raise self.damaged(name)
        return content

    def read_json(self, name: str) -> dict[str, Any]:
        try:
            return read_object(self.read(name), longest=LONGEST_FILE, deepest=16)
        except ValueError:
            raise self.damaged(name) from None

    def write(self, name: str, content: bytes) -> None:
        """Replace the file at once; when this returns, it has reached the disk, its name too."""
        self.prepare()
        try:
            write_durably(self.path / name, content, mode=0o600)
        except OSError as error:
            raise AgentError(f"{self.path / name} can't be written: {error.strerror}", "see to the disk") from None

    def write_json(self, name: str, content: Mapping[str, Any]) -> None:
        self.write(name, json.dumps(content, ensure_ascii=False, indent=1).encode())

    def remove(self, name: str) -> None:
        with suppress(FileNotFoundError):
            (self.path / name).unlink()

    def damaged(self, name: str) -> AgentError:
        return AgentError(f"{self.path / name} is damaged; it is left as it is", _ANEW)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else may use this state meanwhile. Raises BusyError where somebody does."""
        self.prepare()
        try:
            descriptor = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise self._unreadable(_LOCK, error) from None
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise BusyError(
                    f"another limen-agent is using {self.path}", "end it first: systemctl stop limen-agent"
                ) from None
            yield
        finally:
            os.close(descriptor)

    def _verify(self, path: Path, forbidden: int, fix: str, known: os.stat_result | None = None) -> None:
        try:
            found = known or os.lstat(path)
        except OSError as error:
            raise self._unreadable("", error) from None
        if found.st_uid != os.geteuid():
            raise AgentError(f"{path} belongs to another user", "run this as the user that enrolled the device")
        if known is None and not stat.S_ISDIR(found.st_mode):
            raise AgentError(f"{path} is not a folder", "move it away")
        if stat.S_IMODE(found.st_mode) & forbidden:
            raise AgentError(f"others may read or change {path}", f"if nobody has: {fix} {path}; else enrol anew")

    def _unreadable(self, name: str, error: OSError) -> AgentError:
        if isinstance(error, FileNotFoundError | NotADirectoryError):
            return NotThereError(f"{self.path / name} is not there", "enrol this device: limen-agent enrol ADDRESS")
        if isinstance(error, PermissionError):
            return AgentError(f"{self.path / name} may not be read by this user", "run this as root")
        return AgentError(f"{self.path / name} can't be read: {error.strerror}", "see to the disk")


class NotThereError(AgentError):
    """What should be in the folder is not."""


def write_durably(file: Path, content: bytes, *, mode: int) -> None:
    """Write beside it, wait for the disk, rename, wait for the disk. Raises OSError."""
    descriptor, temporary = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            os.fchmod(opened.fileno(), mode)
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        os.replace(temporary, file)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
