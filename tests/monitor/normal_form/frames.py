"""Frames for tests: Harbor's sources, received on the morning of 27 November 2026."""

from __future__ import annotations

from limen.clock import from_iso
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.normal_form.frame import Frame
from limen.monitor.normal_form.reading import read

RECEIVED = from_iso("2026-11-27T10:00:00Z")


def frame(
    kind: str,
    data: bytes | str,
    source: str = "harbor",
    zone: str = "",
    received_at: int = RECEIVED,
    products: tuple[str, ...] = (),
) -> Frame:
    return Frame(
        source=source,
        kind=kind,
        received_at=received_at,
        data=data.encode() if isinstance(data, str) else data,
        peer="192.0.2.9",
        zone=zone,
        products=products,
    )


def events(
    kind: str, data: bytes | str, source: str = "harbor", zone: str = "", products: tuple[str, ...] = ()
) -> list[NormalEvent]:
    return read(frame(kind, data, source, zone, products=products))


def only(
    kind: str, data: bytes | str, source: str = "harbor", zone: str = "", products: tuple[str, ...] = ()
) -> NormalEvent:
    (found,) = events(kind, data, source, zone, products)
    return found
