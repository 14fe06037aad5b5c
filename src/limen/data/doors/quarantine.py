"""Files that were taken out of a share: each in a folder of its own that only Limen's user reads, and the way back.

Beside each file lies what is known of it (`about.json`): from where it was taken, whose it was and by which rules, and
nothing of what was found.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import secrets
import shutil
import stat
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import asdict, astuple, dataclass
from errno import EXDEV
from pathlib import Path, PurePosixPath
from typing import Any, Final

from limen.clock import DAY, Instant, Milliseconds
from limen.data.doors.share_files import GoneError, ShareFile, digest_of, folder_of, note_name, remove_beside
from limen.errors import LimenError

ABOUT: Final = "about.json"
CONTENT: Final = "content"
RELEASED: Final = "released.json"
MOST_RELEASED: Final = 1_000
RELEASED_FOR: Final[Milliseconds] = 365 * DAY
_LARGEST_ABOUT: Final = 65_536
_LARGEST_RELEASED: Final = 1 << 20

_log: Final = logging.getLogger("limen.data")


@dataclass(frozen=True, slots=True)
class Kept:
    """One file that is kept: its ID here, its share and its path there, and what is put back with it.

    `event` is the ID of the event that says why.
    """

    id: str
    share: str
    path: str
    at: Instant
    owner: int
    group: int
    mode: int
    size: int
    event: str
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Released:
    """A content that may lie on a share until then: its size in bytes, and its SHA-256. `event`: why it was taken."""

    share: str
    size: int
    digest: str
    until: Instant
    event: str = ""

    @property
    def id(self) -> str:
        return f"dr_{hashlib.sha256(f'{self.share}/{self.digest}'.encode()).hexdigest()[:16]}"


class Quarantine:
    """The folder of all that is kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def take(self, file: ShareFile, share: str, now: Instant, event: str, rules: tuple[str, ...]) -> Kept:
        """Move a file here. Raises GoneError where its name leads to it no more, and OSError."""
        found = os.fstat(file.descriptor)
        kept = Kept(
            secrets.token_hex(8),
            *(share, str(file.path), now, found.st_uid, found.st_gid, found.st_mode & 0o7777, found.st_size),
            *(event, rules),
        )
        own = self.folder / kept.id
        own.mkdir(mode=0o700, parents=True)
        try:
            self.folder.chmod(0o700)
            self._write(own / ABOUT, json.dumps(asdict(kept)).encode())
            self._move(file, own / CONTENT)
        except BaseException:
            with suppress(OSError):  # what was moved here by then may be all there is of it, and stays
                (own / ABOUT).unlink(missing_ok=True)
                own.rmdir()
            raise
        return kept

    def all(self) -> list[Kept]:
        """All that is kept, the newest first. What can't be read is left out."""
        return sorted(self._each(), key=lambda one: (-one.at, one.id))

    def find(self, kept_id: str) -> Kept | None:
        return next((one for one in self._each() if one.id == kept_id), None)

    def release(self, kept: Kept, root: Path, now: Instant) -> str:
        """Put a file back to where it was taken from, never over another; its path there. As it is now it is not taken
        again for a year, and the note in its place goes. Raises LimenError, and nothing is changed then.
        """
        path = PurePosixPath(kept.path)
        with (self.folder / kept.id / CONTENT).open("rb") as content:
            digest = digest_of(content.fileno(), kept.size).hex()
        allowed = Released(kept.share, kept.size, digest, now + RELEASED_FOR, kept.event)
        try:
            with folder_of(root, path) as folder:
                name = self._put_back(kept, folder, path.name)
                remove_beside(folder, note_name(path.name), kept.id)
        except GoneError as gone:
            raise LimenError(
                f"the folder of {kept.path} is not there any more",
                f"make it again, or take the file from {self.folder / kept.id / CONTENT}",
            ) from gone
        except OSError as error:
            raise LimenError(
                f"{kept.path} can't be put back: {error.strerror}", "give Limen's user the right to write there"
            ) from error
        self._remember(*(one for one in self.released(now) if one.id != allowed.id), allowed)
        shutil.rmtree(self.folder / kept.id)
        return str(path.with_name(name))

    def delete(self, kept: Kept) -> None:
        """For good. Raises OSError."""
        shutil.rmtree(self.folder / kept.id)

    def forget(self, before: Instant) -> list[Kept]:
        """Delete what was taken before then; which. Raises OSError."""
        over = [one for one in self._each() if one.at < before]
        for one in over:
            self.delete(one)
        return over

    def was_released(self, file: ShareFile, share: str, now: Instant) -> bool:
        """Whether exactly this content was put back to this share, and that still counts."""
        of_size = {one.digest for one in self.released(now) if (one.share, one.size) == (share, file.size)}
        return bool(of_size) and file.digest().hex() in of_size

    def released(self, now: Instant) -> list[Released]:
        """What may lie on shares, as it was put back."""
        try:
            with (self.folder / RELEASED).open("rb") as file:
                every = [Released(*one) for one in json.loads(file.read(_LARGEST_RELEASED))]
                return [one for one in every if one.until > now]
        except (OSError, ValueError, TypeError):
            return []

    def end_released(self, ids: Collection[str]) -> None:
        """From now on these contents are judged again. Raises OSError."""
        self._remember(*(one for one in self.released(0) if one.id not in ids))

    # Inside

    def _remember(self, *released: Released) -> None:
        new = self.folder / f"{RELEASED}.new"
        new.unlink(missing_ok=True)
        self._write(new, json.dumps([astuple(each) for each in released[-MOST_RELEASED:]]).encode(), self.folder.stat())
        new.replace(self.folder / RELEASED)

    def _each(self) -> Iterator[Kept]:
        for own in self.folder.iterdir() if self.folder.is_dir() else ():
            with suppress(OSError, ValueError, TypeError, KeyError):
                with (own / ABOUT).open("rb") as file:
                    told: dict[str, Any] = json.loads(file.read(_LARGEST_ABOUT))
                kept = Kept(**{**told, "rules": tuple(told["rules"])})
                if kept.id == own.name:
                    yield kept

    def _move(self, file: ShareFile, to: Path) -> None:
        """By its name where that is possible, else by what was open; and for nobody else from then on."""
        if not file.is_still_there:
            raise GoneError
        if os.geteuid() not in {0, file.owner}:  # another's file keeps its rights, so it is copied
            self._copy(file, to)
            return
        try:
            os.rename(file.path.name, to, src_dir_fd=file.folder)
        except OSError as error:
            if error.errno != EXDEV:
                raise
            self._copy(file, to)
            return
        if _identity(to) != file.identity:  # another took its place meanwhile: it was not judged
            _give_back(to, file)
            raise GoneError
        with suppress(OSError):  # another user's file: nobody reaches it here all the same
            os.fchmod(file.descriptor, 0o600)
            if os.geteuid() == 0:
                os.fchown(file.descriptor, os.geteuid(), os.getegid())

    def _copy(self, file: ShareFile, to: Path) -> None:
        try:
            with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as out:
                at = 0
                while piece := os.pread(file.descriptor, 1 << 20, at):
                    at += out.write(piece)
                out.flush()
                os.fsync(out.fileno())
            _remove(file)
        except BaseException:
            to.unlink(missing_ok=True)
            raise

    def _put_back(self, kept: Kept, folder: int, name: str) -> str:
        content = self.folder / kept.id / CONTENT
        for number in range(1, 100):
            wanted = name if number == 1 else f"{PurePosixPath(name).stem} ({number}){PurePosixPath(name).suffix}"
            try:
                descriptor = os.open(wanted, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=folder)
            except FileExistsError:
                continue
            with os.fdopen(descriptor, "wb") as out, content.open("rb") as held:
                shutil.copyfileobj(held, out, 1 << 20)
                out.flush()
                os.fsync(out.fileno())
                if os.geteuid() == 0:
                    os.fchown(out.fileno(), kept.owner, kept.group)
                os.fchmod(out.fileno(), kept.mode & 0o777)
            return wanted
        raise LimenError(f"there are too many files called {name}", "move some of them away")

    @staticmethod
    def _write(path: Path, data: bytes, of: os.stat_result | None = None) -> None:
        """`of`: of whose owner it is, where a command of root's writes what Limen's user has to read."""
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as out:
            if of is not None and os.geteuid() == 0:
                os.fchown(out.fileno(), of.st_uid, of.st_gid)
            out.write(data)


def _remove(file: ShareFile) -> None:
    """Remove a file from its folder, and nothing that took its place. Raises GoneError, OSError."""
    if not file.is_still_there:
        raise GoneError
    own = f".{secrets.token_hex(8)}"  # what is removed is looked at under a name that nobody else knew
    os.rename(file.path.name, own, src_dir_fd=file.folder, dst_dir_fd=file.folder)
    if _identity(own, file.folder) != file.identity:
        _give_back(own, file, file.folder)
        raise GoneError
    try:
        os.unlink(own, dir_fd=file.folder)
    except OSError:
        _give_back(own, file, file.folder)
        raise


def _identity(path: Path | str, folder: int | None = None) -> tuple[int, int]:
    found = os.stat(path, dir_fd=folder, follow_symlinks=False)
    return found.st_dev, found.st_ino


def _give_back(moved: Path | str, file: ShareFile, folder: int | None = None) -> None:
    """Give back what was moved by mistake, never over what came there meanwhile; where that fails it stays."""
    is_folder = stat.S_ISDIR(os.stat(moved, dir_fd=folder, follow_symlinks=False).st_mode)
    for name in (file.path.name, f"{file.path.name[:200]}.{secrets.token_hex(4)}"):
        try:
            if not is_folder:  # a folder is never moved over anything but an empty one
                os.link(moved, name, src_dir_fd=folder, dst_dir_fd=file.folder, follow_symlinks=False)
                os.unlink(moved, dir_fd=folder)
                return
        except FileExistsError:
            continue
        except OSError:  # neither every file system has hard links, nor everybody's file may be linked
            if _is_there(name, file.folder):
                continue
        with suppress(OSError):
            os.rename(moved, name, src_dir_fd=folder, dst_dir_fd=file.folder)
            return
    _log.error(
        "%s came into the place of a file that was taken out, and can't be put back: it stays as %s", name, moved
    )


def _is_there(name: str, folder: int) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except OSError:
        return False
    return True
