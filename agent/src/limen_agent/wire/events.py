"""Server-sent events (WHATWG HTML, section 9.2.6), as few of them as Limen uses, with bounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import urllib3
from urllib3.exceptions import HTTPError

from limen_agent.bounded_json import LONGEST_BYTES, read_object
from limen_agent.printable import one_line
from limen_agent.wire.connection import UnreachableError

_PART: Final = 8192


@dataclass(frozen=True, slots=True)
class Event:
    """One event. What is not a JSON object has an empty body."""

    name: str
    body: Mapping[str, Any]

    def text(self, name: str) -> str:
        value = self.body.get(name)
        return one_line(value) if isinstance(value, str) else ""


def read_events(response: urllib3.BaseHTTPResponse) -> Iterator[Event]:
    """Each event as it comes, until the stream ends. Raises UnreachableError where it breaks or is silent."""
    waiting, lines = b"", list[bytes]()
    while True:
        try:
            part = response.read1(_PART)
        except (HTTPError, OSError):
            raise UnreachableError("Limen's events broke off", "") from None
        if not part:
            return
        *whole, waiting = (waiting + part).replace(b"\r\n", b"\n").split(b"\n")
        for line in whole:
            if line.startswith(b":"):  # a comment: the stream lives
                continue
            if line:
                lines.append(line)
            elif lines:
                yield _event(lines)
                lines = []
        if len(waiting) + sum(map(len, lines)) > LONGEST_BYTES:
            raise UnreachableError("an event is longer than any of Limen's", "see what stands before Limen")


def _event(lines: list[bytes]) -> Event:
    name, data = "message", list[str]()
    for line in lines:
        label, _, value = line.decode("utf-8", "replace").partition(":")
        value = value.removeprefix(" ")
        if label == "event":
            name = value
        elif label == "data":
            data.append(value)
    try:
        return Event(name, read_object("\n".join(data)))
    except ValueError:
        return Event(name, {})
