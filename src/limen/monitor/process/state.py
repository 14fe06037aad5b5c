"""How far detections have come, with what they remember: one file, replaced as a whole."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Final

import msgspec

from limen.clock import Instant
from limen.monitor.process.journal_tail import Place
from limen.monitor.process.parts import Position
from limen.storage.files import open_own, replace_file

FILE: Final = "detections.state"
LONGEST: Final = 256 << 20

_log: Final = logging.getLogger("limen.monitor")


class Late(msgspec.Struct, frozen=True, kw_only=True):
    """A source that is looked at late: up to where in the store, and all that came of it until when. `since`: when that
    came with which it became late.
    """

    position: Position
    since: Instant
    until: Instant


class State(msgspec.Struct, kw_only=True):
    """`position`: in the store, of all sources that are not in `late`; None before anything was read. `snapshots`: of
    each detector, by its name.

    `heard`: when each source was last heard; `since`: from when on it is expected.
    """

    position: Position | None = None
    late: dict[str, Late] = {}
    journal: dict[str, Place] = {}
    snapshots: dict[str, bytes] = {}
    heard: dict[str, Instant] = {}
    since: dict[str, Instant] = {}


def read_state(folder: Path) -> State:
    """What was kept; a new one where nothing was, or it is damaged: then hits may be found once more."""
    try:
        with os.fdopen(open_own(folder / FILE, os.O_RDONLY), "rb") as file:
            return msgspec.msgpack.decode(file.read(LONGEST), type=State)
    except FileNotFoundError:
        return State()
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        _log.error("what detections remembered is lost: %s", error)
        return State()


def keep_state(folder: Path, state: State) -> None:
    """Durable when it returns. Raises OSError."""
    replace_file(folder / FILE, msgspec.msgpack.encode(state))
