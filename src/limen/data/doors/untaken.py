"""Files that may not lie on a share and could not be taken away, those that Limen may not read, those that change for
ever, and Limen's own notes.

Without this a folder that is read-only to Limen would have the same file judged and journaled every half minute, and
whoever touches a file once a second would keep it where it is.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Final

from limen.data.doors.judging import Verdict
from limen.data.doors.share_files import LONGEST_NOTE, ShareFile

MOST: Final = 10_000


@dataclass(slots=True)
class Untaken:
    """The verdicts of such files, by what each file is, how it was then, and by which rules (`tag`)."""

    _verdicts: OrderedDict[tuple[int, int], tuple[int, int, str, Verdict]] = field(default_factory=OrderedDict)

    def verdict_of(self, file: ShareFile, tag: str) -> Verdict | None:
        """What was said of exactly this content by exactly these rules."""
        kept = self._verdicts.get(file.identity)
        return kept[3] if kept is not None and kept[:3] == (file.size, file.changed_ns, tag) else None

    def keep(self, file: ShareFile, tag: str, verdict: Verdict) -> None:
        self._verdicts[file.identity] = file.size, file.changed_ns, tag, verdict
        self._verdicts.move_to_end(file.identity)
        if len(self._verdicts) > MOST:
            self._verdicts.popitem(last=False)

    def forget(self, file: ShareFile) -> None:
        self._verdicts.pop(file.identity, None)


@dataclass(slots=True)
class Unread:
    """What Limen's user may not read, by its path: each is told once."""

    _paths: OrderedDict[PurePosixPath, None] = field(default_factory=OrderedDict)

    def is_new(self, path: PurePosixPath) -> bool:
        """Whether it was not told of yet; from now on it was."""
        is_new = path not in self._paths
        self._paths[path] = None
        self._paths.move_to_end(path)
        if len(self._paths) > MOST:
            self._paths.popitem(last=False)
        return is_new

    def forget(self, path: PurePosixPath) -> None:
        """It can be read now."""
        self._paths.pop(path, None)


@dataclass(slots=True)
class Changing:
    """Files that were to be stopped, and changed while they were judged, by what each file is."""

    _files: OrderedDict[tuple[int, int], None] = field(default_factory=OrderedDict)

    def is_again(self, file: ShareFile) -> bool:
        """Whether it was so before; from now on it was."""
        was_so = file.identity in self._files
        self._files[file.identity] = None
        self._files.move_to_end(file.identity)
        if len(self._files) > MOST:
            self._files.popitem(last=False)
        return was_so

    def forget(self, file: ShareFile) -> None:
        """It may lie there, or was taken away."""
        self._files.pop(file.identity, None)


@dataclass(slots=True)
class Notes:
    """What Limen wrote in the place of files that it took: a file is a note while this is all that it holds.

    Whose file it is, or which, says nothing: its owner may write something else into it.
    """

    _texts: OrderedDict[bytes, None] = field(default_factory=OrderedDict)

    def wrote(self, text: str) -> None:
        self._texts[_digest(text.encode())] = None
        if len(self._texts) > MOST:
            self._texts.popitem(last=False)

    def holds(self, file: ShareFile) -> bool:
        """Whether the file is a note, and nothing but that."""
        return file.size <= LONGEST_NOTE and _digest(file.start(LONGEST_NOTE + 1)) in self._texts


def _digest(text: bytes) -> bytes:
    return sha256(text).digest()
