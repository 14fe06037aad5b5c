"""Verifies the event store in a process of its own, which lets all others go first.

`python -m limen.storage.event_store.checking` reads one `Asked` from its standard input and prints one `Checked`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from limen.errors import LimenError
from limen.storage.event_store.verify import verify
from limen.storage.files import write_all
from limen.storage.segments.child import Child
from limen.storage.segments.signed import CHECKPOINT_FILE

NICENESS: Final = 15
MOST_SAID: Final = 20
_LONGEST: Final = 1 << 16
_MODULE: Final = "limen.storage.event_store.checking"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Which store, its keys, and what checkpoints of it were kept elsewhere."""

    root: str
    keys: tuple[bytes, ...]
    exported: tuple[bytes, ...] = ()


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """How many events were followed, how many places are not as they were written, and the first of them in words.

    `checkpoint`: the newest, when it began, to hold the store against the next time.
    """

    events: int
    problems: int = 0
    said: tuple[str, ...] = ()
    checkpoint: bytes = b""


def check(root: Path, keys: tuple[bytes, ...], exported: tuple[bytes, ...] = ()) -> Checked:
    """Follow the whole store, in a child. Blocks for as long as it takes. Raises LimenError where it can't be done."""
    asked = Asked(root=str(root), keys=keys, exported=exported)
    child = Child()
    try:
        status, answer = child.answer(_MODULE, said=msgspec.msgpack.encode(asked))
        if status:
            raise LimenError(f"the check of the event store ended with status {status}", "see the log")
        return msgspec.msgpack.decode(answer, type=Checked)
    except (OSError, subprocess.SubprocessError, msgspec.MsgspecError) as error:
        child.kill()
        raise LimenError(f"the event store could not be checked ({type(error).__name__})", "see the log") from error


def _checked(asked: Asked) -> Checked:
    checkpoint, root = b"", Path(asked.root)
    with suppress(FileNotFoundError), (root / CHECKPOINT_FILE).open("rb") as file:
        checkpoint = file.read(_LONGEST)
    report = verify(root, asked.keys, asked.exported)
    said = report.problems[:MOST_SAID]
    return Checked(events=report.lines, problems=len(report.problems), said=said, checkpoint=checkpoint)


def main() -> None:
    with suppress(OSError):
        os.nice(NICENESS)
    asked = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Asked)
    write_all(sys.stdout.fileno(), msgspec.msgpack.encode(_checked(asked)))


if __name__ == "__main__":
    main()
