"""One event on its way to its normal form: what was read of it, before it has an id and a time that is believed."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final

from limen.clock import DAY, MINUTE, Instant, Milliseconds, to_iso
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.normal_form.flattening import Fields
from limen.monitor.normal_form.frame import LIMEN, Frame
from limen.monitor.normal_form.texts import LONGEST_RAW, has_no_controls, line, text

AHEAD: Final[Milliseconds] = 5 * MINUTE
"""How far a source's clock may be ahead of ours and is still believed."""
LONGEST_AGO: Final[Milliseconds] = 400 * DAY
"""How old an event may be that comes now: a laptop may lie in a drawer for a year."""
CLOCK, SAID_AT, CUT = "limen.clock", "limen.said_at", "limen.cut"
"""Fields of Limen's own: why a source's time was not believed (`ahead`, `ancient`, `none`), and what it was; how long a
text was that had to be cut."""
_UID_BYTES: Final = 16
"""Whoever writes two events can't make them one: 128 bits, as many as an attacker can't search for a collision."""


@dataclass(slots=True)
class Draft:
    """What a mapper made of one record. `id` is its source's own for it; "" where there is none that is unique."""

    raw: str
    fields: Fields = field(default_factory=dict)
    columns: dict[str, Any] = field(default_factory=dict)
    at: Instant = 0
    id: str = ""


def finished(draft: Draft, frame: Frame, mapper: str, seed: str, longest_ago: Milliseconds) -> NormalEvent:
    """The event. `seed` is what its id rests on beside its source, where the source has none of its own for it."""
    fields, columns = draft.fields, draft.columns
    for name, value in columns.items():
        if type(value) is str and not value.isprintable():
            columns[name] = line(value)
    if frame.source != LIMEN and columns.get("product", "").casefold() == LIMEN:
        del columns["product"]
    at, doubt = believed(draft.at, frame.received_at, longest_ago)
    if doubt:
        fields[CLOCK] = doubt
        if draft.at:
            fields[SAID_AT] = _iso(draft.at)
    raw = draft.raw
    if len(raw) > LONGEST_RAW:
        fields[CUT] = len(raw)
    return NormalEvent(
        uid=uid_of(frame.source, draft.id or seed, frame.device_id or frame.sender),
        at=at,
        received_at=frame.received_at,
        source=frame.source,
        mapper=mapper,
        fields=fields,
        raw=raw if len(raw) <= LONGEST_RAW and has_no_controls(raw) else text(raw, LONGEST_RAW),
        **columns,
    )


def believed(said: Instant, received_at: Instant, longest_ago: Milliseconds = LONGEST_AGO) -> tuple[Instant, str]:
    """When it happened as far as its source is believed, and why it is not: "", `none`, `ahead` or `ancient`."""
    if not said:
        return received_at, "none"
    if said > received_at + AHEAD:
        return received_at, "ahead"
    if said < received_at - longest_ago:
        return received_at, "ancient"
    return said, ""


def uid_of(source: str, seed: str, sender: str = "") -> str:
    """The same for the same event of the same sender of a source (a device, or whoever has a token or certificate); no
    source and no sender can make one that another's event has, so none can send what another will say before it does.

    The journal's events keep theirs.
    """
    if source == LIMEN:
        return seed
    whose = f"{source}\0{sender}" if sender else source
    digest = blake2b(f"{whose}\0{seed}".encode("utf-8", "surrogatepass"), digest_size=_UID_BYTES)
    return digest.hexdigest()


def _iso(at: Instant) -> str:
    try:
        return to_iso(at)
    except (ValueError, OverflowError, OSError):
        return str(at)
