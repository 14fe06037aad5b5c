"""Splunk's HTTP Event Collector: envelopes with `event`, `time`, `host` and `fields`, one behind another.

What is in an envelope is read as what it is: a record by its fields, a text as a message of syslog. What the envelope
says (`host`, `time`, `fields`) fills what the event itself does not say.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from limen.clock import Instant
from limen.monitor.normal_form.drafts import Draft
from limen.monitor.normal_form.flattening import flat
from limen.monitor.normal_form.frame import MOST_RECORDS, Frame
from limen.monitor.normal_form.mappers import messages, recognised
from limen.monitor.normal_form.records import Record, drafts_of, unreadable
from limen.monitor.normal_form.texts import line
from limen.monitor.normal_form.times import instant

_next: Final = json.JSONDecoder().raw_decode
_ABOUT: Final = ("source", "sourcetype", "index")


def drafts(frame: Frame) -> Iterator[Draft]:
    """Each envelope of a request."""
    for piece in _envelopes(frame.data):
        yield from drafts_of(piece, lambda raw, record: _opened(raw, record, frame.received_at, frame.zone))


def _opened(raw: str, envelope: Record, received_at: Instant, zone: str) -> Iterator[Draft]:
    event = envelope.get("event")
    if isinstance(event, dict):
        found = recognised.read(raw, event, zone)
    elif isinstance(event, str) and event:
        found = iter([messages.of_line(event, received_at, zone)])
    else:
        found = iter([unreadable("no_event", raw.encode())])
    beside: dict[str, Any] = {name: envelope[name] for name in _ABOUT if name in envelope}
    fields = envelope.get("fields")
    beside |= fields if isinstance(fields, dict) else {}
    for draft in found:
        draft.raw = raw
        draft.fields = {**flat(beside), **draft.fields}
        draft.at = draft.at or instant(envelope.get("time"))
        if not draft.columns.get("host"):
            draft.columns["host"] = line(envelope.get("host"))
        yield draft


def _envelopes(data: bytes) -> Iterator[bytes]:
    """Splunk's senders write one behind another, with or without a line end between."""
    lines = data.strip().split(b"\n")
    if len(lines) == 1 or all(_is_whole(one) for one in lines if one.strip()):
        lines = [one for one in lines if one.strip()]
    else:
        lines = [data.strip()]
    for one in lines:
        yield from [one] if _is_whole(one) else _apart(one)


def _apart(data: bytes) -> Iterator[bytes]:
    text, at = data.decode("utf-8", "backslashreplace"), 0
    for _ in range(MOST_RECORDS):
        if at >= len(text):
            return
        try:
            _, end = _next(text, at)
        except (ValueError, RecursionError):
            break
        yield text[at:end].encode("utf-8", "backslashreplace")
        at = end
        while at < len(text) and text[at].isspace():
            at += 1
    yield text[at:].encode("utf-8", "backslashreplace")


def _is_whole(data: bytes) -> bool:
    try:
        msgspec.json.decode(data, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True
