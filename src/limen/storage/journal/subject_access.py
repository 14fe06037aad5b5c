"""Everything the journal keeps of one person, read segment by segment and a few lines at a time: for a copy of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from limen.events import Event, from_ocsf
from limen.storage.journal.chain import ERASED, parse
from limen.storage.journal.reader import Reader
from limen.storage.journal.segment import Name, sealed_lines


def events_about(reader: Reader, person_id: str) -> Iterator[Event]:
    """The events in which this person did something, or something was done to them; oldest segment first.

    One that stands in two chains comes twice.
    """
    for body in _bodies(reader, person_id):
        with suppress(KeyError, TypeError, msgspec.ValidationError):
            event = from_ocsf(body)
            if person_id in {event.actor, event.subject}:
                yield event


def facts_about(reader: Reader, person_id: str) -> Iterator[dict[str, Any]]:
    """The exact facts that decisions about this person were made on, each with the digest that decisions name."""
    for body in _bodies(reader, person_id):
        with suppress(KeyError, TypeError):
            if body["value"]["person"]["id"] == person_id:
                yield body


def _bodies(reader: Reader, person_id: str) -> Iterator[dict[str, Any]]:
    needle = person_id.encode()
    for name, path in reader.segments():
        for raw in _lines(path, name, needle):
            line = parse(raw)
            if line is None or line.body == ERASED:
                continue
            with suppress(msgspec.DecodeError, UnicodeDecodeError):  # tampered with: verify tells
                body = msgspec.json.decode(line.body)
                if isinstance(body, dict):
                    yield body


def _lines(path: Path, name: Name, needle: bytes) -> Iterator[bytes]:
    """The lines that hold `needle`; of a segment that was sealed since it was listed, from its sealed form."""
    if not name.is_sealed and path.exists():
        with path.open("rb") as file:
            yield from (raw for raw in file if needle in raw)
        return
    sealed = path.with_name(str(Name(name.ordinal, name.begun_at, is_sealed=True)))
    if sealed.exists():
        yield from sealed_lines(sealed, "contains(line, $needle)", needle=needle.decode())
