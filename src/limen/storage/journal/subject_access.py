"""Everything the journal keeps of one person, read segment by segment and a few lines at a time: for a copy of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import msgspec

from limen.events import Event, from_ocsf
from limen.storage.journal.reader import Reader, bodies_holding


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
    for _, path in reader.segments():
        for written in bodies_holding(path, person_id.encode(), "contains(line, $value)", person_id):
            with suppress(msgspec.DecodeError, UnicodeDecodeError):  # tampered with: verify tells
                body = msgspec.json.decode(written)
                if isinstance(body, dict):
                    yield body
