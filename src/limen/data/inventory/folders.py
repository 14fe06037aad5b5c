"""A folder of this machine, walked through: in one order, without following a link, never out of where it began.

Each step is opened below the one before (`openat`), so that nobody can put a link in its place meanwhile. A walk goes
on behind the last name that it told, whatever was removed since.
"""

from __future__ import annotations

import asyncio
import errno
import os
import pwd
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec

from limen.connectors.turns import BrokenOffError
from limen.data.inventory.model import LONGEST_PATH, Audience, Batch, Evidence, Gone, Item, Unreadable
from limen.data.labels.beside import Beside, of_file

AT_ONCE: Final = 200
"""Items of a batch."""
DEEPEST: Final = 64
MOST_NAMES: Final = 200_000
"""Of one folder; what is beyond is counted as missed."""
PIECE: Final = 1 << 18
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_UNTOUCHED: Final = getattr(os, "O_NOATIME", 0)
"""Looking into a file is no access to it. Only its owner may ask for that."""
_OF_DOMAIN: Final = "\\"
_Parts = tuple[bytes, ...]


class WalkError(BrokenOffError):
    """A store can't be walked through. `what` is shown: it holds no secret."""


@dataclass
class _Level:
    """A folder that is open, and what of it is still to come."""

    descriptor: int
    names: Iterator[bytes]
    parts: _Parts


@dataclass
class _Walk:
    """`after`: the walk goes on behind it; () from the beginning."""

    root: Path
    after: _Parts
    missed: int = 0
    levels: list[_Level] = field(default_factory=list)

    def items(self) -> Iterator[tuple[_Parts, os.stat_result]]:
        """Every file, names in the order of their bytes."""
        self._enter(os.open(self.root, _FOLDER), ())
        while self.levels:
            level = self.levels[-1]
            name = next(level.names, None)
            if name is None:
                os.close(self.levels.pop().descriptor)
                continue
            parts = (*level.parts, name)
            found = self._stat(level.descriptor, name)
            if found is None:
                continue
            if stat.S_ISDIR(found.st_mode):
                self._descend(level.descriptor, parts)
            elif stat.S_ISREG(found.st_mode) and parts != self.after:
                yield parts, found

    def close(self) -> None:
        while self.levels:
            os.close(self.levels.pop().descriptor)

    def _descend(self, above: int, parts: _Parts) -> None:
        if len(parts) >= DEEPEST:
            self.missed += 1
            return
        try:
            self._enter(os.open(parts[-1], _FOLDER, dir_fd=above), parts)
        except OSError:
            self.missed += 1

    def _enter(self, descriptor: int, parts: _Parts) -> None:
        """Read a folder's names. Those before the place to go on from were told already."""
        depth = len(parts)
        first = self.after[depth] if self.after[:depth] == parts and depth < len(self.after) else b""
        try:
            with os.scandir(descriptor) as entries:
                found = [os.fsencode(one.name) for one in islice(entries, MOST_NAMES + 1)]
        except OSError:
            os.close(descriptor)
            self.missed += 1
            return
        self.missed += len(found) > MOST_NAMES
        names = sorted(name for name in found[:MOST_NAMES] if name >= first)
        self.levels.append(_Level(descriptor, iter(names), parts))

    def _stat(self, descriptor: int, name: bytes) -> os.stat_result | None:
        try:
            return os.stat(name, dir_fd=descriptor, follow_symlinks=False)
        except OSError as error:
            self.missed += error.errno != errno.ENOENT
            return None


class FolderWalker:
    """Walks through a folder. `domain` is the company's: a local account `mia` is mia@ that domain."""

    def __init__(self, root: Path, domain: str = "") -> None:
        self._root = root
        self._domain = domain

    async def batches(self, cursor: str) -> AsyncIterator[Batch]:
        walk = _Walk(self._root, _parts_of(cursor))
        items = walk.items()
        try:
            while True:
                some = await asyncio.to_thread(self._some, items)
                if len(some) < AT_ONCE:
                    yield Batch(tuple(item for _, item in some), "", missed=walk.missed)
                    return
                yield Batch(tuple(item for _, item in some), _cursor_of(some[-1][0]))
        finally:
            walk.close()

    async def body(self, item: Item) -> AsyncIterator[bytes]:
        descriptor = await asyncio.to_thread(self._opened, item)
        with os.fdopen(descriptor, "rb", buffering=0) as file:
            while piece := await asyncio.to_thread(file.read, PIECE):
                yield piece

    async def beside(self, item: Item) -> Beside | None:
        """Extended attributes, which mail and most archives lose."""
        descriptor = await asyncio.to_thread(self._opened, item)
        try:
            return of_file(descriptor)
        finally:
            os.close(descriptor)

    async def evidence(self) -> Evidence:
        found = await asyncio.to_thread(encryption_of, self._root)
        return Evidence(is_encrypted=True if found else None, encrypted_by=found)

    # Inside

    def _some(self, items: Iterator[tuple[_Parts, os.stat_result]]) -> list[tuple[_Parts, Item]]:
        try:
            return [(parts, self._item(parts, found)) for parts, found in islice(items, AT_ONCE)]
        except OSError as error:
            raise WalkError(f"the folder can't be read: {error.strerror}") from None

    def _item(self, parts: _Parts, found: os.stat_result) -> Item:
        key = b"/".join(parts)
        return Item(
            key=os.fsdecode(key),
            path=key[:LONGEST_PATH].decode("utf-8", "replace"),
            size=found.st_size,
            changed_at=found.st_mtime_ns // 1_000_000,
            etag=_etag(found),
            accessed_at=found.st_atime_ns // 1_000_000,
            owner=_owner(found.st_uid, self._domain),
            audience=Audience.COMPANY if found.st_mode & stat.S_IROTH else Audience.NAMED,
        )

    def _opened(self, item: Item) -> int:
        """The very file that was listed. Raises Gone, Unreadable."""
        *folders, name = os.fsencode(item.key).split(b"/")
        try:
            at = os.open(self._root, _FOLDER)
            for folder in folders:
                below = _below(at, folder)
                at = below
            try:
                descriptor = _opened_untouched(name, at)
            finally:
                os.close(at)
        except PermissionError:
            raise Unreadable from None
        except OSError:
            raise Gone from None
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or _etag(found) != item.etag:
            os.close(descriptor)
            raise Gone
        return descriptor


def _below(at: int, folder: bytes) -> int:
    """A folder in an open one, which is closed."""
    try:
        return os.open(folder, _FOLDER, dir_fd=at)
    finally:
        os.close(at)


def _opened_untouched(name: bytes, at: int) -> int:
    with suppress(PermissionError):
        return os.open(name, _FILE | _UNTOUCHED, dir_fd=at)
    return os.open(name, _FILE, dir_fd=at)


def _etag(found: os.stat_result) -> str:
    """Another one also where something beside the content was changed, as a label. Anybody may put back the time at
    which the content was changed, and nobody the one of all changes (`ctime`).
    """
    return f"{found.st_ino:x}-{found.st_size:x}-{found.st_mtime_ns:x}-{found.st_ctime_ns:x}"


@lru_cache(maxsize=1_024)
def _owner(uid: int, domain: str) -> str:
    r"""The address of a local account; "" for root and whoever has no name. `HARBOR\mia` is mia."""
    if uid == 0 or not domain:
        return ""
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:
        return ""
    return f"{name.rsplit(_OF_DOMAIN, 1)[-1]}@{domain}".casefold()


def _cursor_of(parts: _Parts) -> str:
    return msgspec.json.encode([one.hex() for one in parts]).decode()


def _parts_of(cursor: str) -> _Parts:
    return tuple(bytes.fromhex(one) for one in msgspec.json.decode(cursor, type=list[str])) if cursor else ()


def encryption_of(path: Path, devices: Path = Path("/sys/dev/block")) -> str:
    """What encrypts the device that a folder is on (`dm-crypt`), "" where nothing is seen to (Linux)."""
    with suppress(OSError):
        found = path.stat().st_dev
        device = devices / f"{os.major(found)}:{os.minor(found)}"
        return "dm-crypt" if _is_crypt(device.resolve(strict=True), DEEPEST) else ""
    return ""


def _is_crypt(device: Path, deepest: int) -> bool:
    """Whether a block device is dm-crypt, or all that it lies on are: LVM on LUKS."""
    with suppress(OSError):
        if (device / "dm" / "uuid").read_text().startswith("CRYPT-"):
            return True
    below = sorted((device / "slaves").glob("*")) if deepest else []
    return bool(below) and all(_is_crypt(one.resolve(), deepest - 1) for one in below)
