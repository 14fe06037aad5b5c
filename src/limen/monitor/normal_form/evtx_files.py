"""Importing `.evtx` files, as Windows keeps its logs: in frames of some hundred events, each a line of JSON."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from evtx import PyEvtxParser

from limen.clock import Instant
from limen.errors import LimenError
from limen.monitor.normal_form.frame import Frame

EVENTS_A_FRAME: Final = 200


class EvtxError(LimenError):
    """A file that is no log of Windows, or one that can't be read on."""


def frames_of(path: Path, source: str, received_at: Instant) -> Iterator[Frame]:
    """The file's events. A damaged chunk is left out by the library, which goes on behind it.

    Raises EvtxError where it is no such file at all.
    """
    records = _records(path)
    while lines := list(islice(records, EVENTS_A_FRAME)):
        yield Frame(source=source, kind="evtx", received_at=received_at, data="\n".join(lines).encode())


def _records(path: Path) -> Iterator[str]:
    try:
        for record in PyEvtxParser(str(path), number_of_threads=1).records_json():
            if record is not None:
                yield " ".join(record["data"].split("\n"))
    except (RuntimeError, OSError, ValueError) as error:
        raise EvtxError(f"{path} can't be read as a log of Windows", "copy it from the machine once more") from error
