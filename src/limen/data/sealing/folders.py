"""A folder as one sealed file: a tar inside, so that neither its names nor how many there are can be seen.

Made while it is sealed and unpacked while it is opened: nothing of it is on the disk in between. `age -d … | tar -x`
opens it without Limen.
"""

from __future__ import annotations

import os
import shutil
import stat
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

from limen.data.sealing.errors import SealedError, broken
from limen.data.sealing.payload import Source
from limen.data.sealing.unpacking import leads_out, unpack

ENDING: Final = ".tar"
_PIECE: Final = 1 << 20
_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def size_of(folder: Path) -> int:
    """Bytes of all files in it. Raises OSError."""
    return sum(path.lstat().st_size for path in _below(folder) if path.is_file() and not path.is_symlink())


@contextmanager
def packed(folder: Path) -> Iterator[Source]:
    """The folder as tar, to be read to its end. Links stay links, and nothing behind them comes along.

    Raises OSError and SealedError where something in it can't be read, is neither file, folder nor link, or a link that
    leads out of it: that would not be opened.
    """
    with _running(lambda target: _pack(folder, target)) as source:
        yield source


@contextmanager
def unpacked(target: Path, name: str) -> Iterator[IO[bytes]]:
    """What to write a tar to, as it is opened: it becomes the new folder `target` once all of it was right.

    Raises SealedError, OSError; then nothing is left of it.
    """
    if os.path.lexists(target):
        raise SealedError(f"{target} exists already", "move it away, or name another place with --into")
    part = target.with_name(f".{target.name[:200]}.{os.urandom(4).hex()}")
    part.mkdir(mode=0o700)
    try:
        with _unpacking(part, name) as pipe:
            yield pipe
        part.rename(target)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


@contextmanager
def _unpacking(part: Path, name: str) -> Iterator[IO[bytes]]:
    """A pipe whose other end is unpacked; what was wrong with that is raised at the end."""
    wrong: list[BaseException] = []
    read, write = os.pipe()

    def run() -> None:
        try:
            with os.fdopen(read, "rb") as source:
                _unpack(source, part, name)
        except (tarfile.TarError, EOFError, ValueError):
            wrong.append(broken(name, "what is in it is not a folder that was sealed"))
        except (OSError, SealedError) as error:
            wrong.append(error)

    unpacking = threading.Thread(target=run, name="unpacking")
    unpacking.start()
    try:
        with suppress(BrokenPipeError), os.fdopen(write, "wb") as file:  # who broke it says why
            yield file
    finally:
        unpacking.join()
    for error in wrong:
        raise error


def _unpack(source: IO[bytes], into: Path, name: str) -> None:
    unpack(source, into, name)
    while source.read(_PIECE):  # what follows the end of a tar: whoever writes it must not wait for ever
        pass


def _below(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder, onerror=_raise):
        folders.sort()
        yield from (Path(root) / name for name in (*folders, *sorted(names)))


def _raise(error: OSError) -> None:
    raise error


def _pack(folder: Path, target: IO[bytes]) -> None:
    """Each folder and file is opened by itself, through no link: whoever writes there may put one into its place."""
    folder = folder.resolve()  # a link that was named is meant
    with tarfile.open(fileobj=target, mode="w|", format=tarfile.PAX_FORMAT, dereference=False) as tar:
        for at, folders, names, handle in os.fwalk(folder, onerror=_raise):
            folders.sort()
            for name in (*folders, *sorted(names)):
                _add(tar, Path(at) / name, (Path(at) / name).relative_to(folder), handle)


def _add(tar: tarfile.TarFile, path: Path, name: Path, folder: int) -> None:
    if not stat.S_ISREG(os.stat(path.name, dir_fd=folder, follow_symlinks=False).st_mode):
        member = tar.gettarinfo(path, arcname=str(name))
        if not (member.isdir() or member.issym()):
            raise SealedError(f"{path} is neither a file nor a folder", "move it away")
        if member.issym() and leads_out(name.parts, member.linkname):
            raise SealedError(f"{path} is a link that leads out of the folder", "move it away")
        tar.addfile(_nobodys(member))
        return
    with os.fdopen(os.open(path.name, _FILE, dir_fd=folder), "rb") as file:
        member = tar.gettarinfo(arcname=str(name), fileobj=file)
        if not (member.isreg() or member.islnk()):
            raise SealedError(f"{path} is neither a file nor a folder", "move it away")
        tar.addfile(_nobodys(member), file if member.isreg() else None)


def _nobodys(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


@contextmanager
def _running(work: Callable[[IO[bytes]], object]) -> Iterator[Source]:
    """What `work` writes, to be read; what went wrong with it is raised at the end."""
    wrong: list[BaseException] = []
    read, write = os.pipe()

    def run() -> None:
        try:
            with os.fdopen(write, "wb", buffering=_PIECE) as target:
                work(target)
        except BrokenPipeError:
            pass  # whoever reads has had enough, and says why
        except (OSError, SealedError) as error:
            wrong.append(error)

    writing = threading.Thread(target=run, name="packing")
    writing.start()
    try:
        with os.fdopen(read, "rb") as source:
            yield _Ending(source, writing, wrong)
    finally:
        writing.join()


class _Ending:
    """Reads; at the end it raises what went wrong with the writer, so that a half folder is never sealed as a whole."""

    def __init__(self, source: IO[bytes], writing: threading.Thread, wrong: list[BaseException]) -> None:
        self._source, self._writing, self._wrong = source, writing, wrong

    def read(self, size: int) -> bytes:
        piece = self._source.read(size)
        if not piece:
            self._writing.join()
            if self._wrong:
                raise self._wrong[0]
        return piece
