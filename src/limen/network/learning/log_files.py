"""Files of logs, line by line: packed by gzip or not, and never more of a line in memory than one may have."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, cast

from limen.errors import LimenError
from limen.network.learning.reading import LONGEST_LINE

STANDARD_INPUT: Final = Path("-")
_GZIP: Final = b"\x1f\x8b"


def lines_of(path: Path) -> Iterator[str]:
    """The lines of a file, or of what is piped in. Raises LimenError where it can't be read."""
    try:
        with _opened(path) as file:
            yield from _lines(file)
    except (OSError, EOFError) as error:  # BadGzipFile is an OSError
        raise LimenError(
            f"{path} can't be read: {error}", "give the log as it was written, or packed by gzip"
        ) from None


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    if path == STANDARD_INPUT:
        yield sys.stdin.buffer
        return
    with path.open("rb") as plain:
        is_packed = plain.read(2) == _GZIP
        plain.seek(0)
        if is_packed:
            with gzip.open(plain) as file:
                yield cast("BinaryIO", file)
        else:
            yield plain


def _lines(file: BinaryIO) -> Iterator[str]:
    """A line that is too long comes as its beginning, which is longer than `LONGEST_LINE` and read by nobody."""
    most = LONGEST_LINE + 2
    while line := file.readline(most):
        yield line.decode("utf-8", "replace").rstrip("\r\n")
        while len(line) == most and not line.endswith(b"\n"):
            line = file.readline(most)
