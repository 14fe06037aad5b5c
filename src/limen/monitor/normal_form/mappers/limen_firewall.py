"""What firewalls that follow Limen deny, as `limen.network.firewalls.crossings` writes it: one object a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.monitor.normal_form.classes import PACKET_REFUSED
from limen.monitor.normal_form.drafts import Draft
from limen.monitor.normal_form.flattening import flat
from limen.monitor.normal_form.frame import FIREWALLS, Frame
from limen.monitor.normal_form.records import Record
from limen.monitor.normal_form.shapes import Shape

_DENIED: Final = Shape(
    fixed={"product": FIREWALLS, "kind": "denied", **PACKET_REFUSED},
    columns={
        "host": "firewall",
        "src_ip": "source",
        "dst_ip": "destination",
        "dst_port": "port",
        "reason": "why",
        "operation": "service",
        "object": "needs",
    },
    at="at",
)


def read(raw: str, record: Record, _frame: Frame) -> Iterator[Draft]:
    """A packet that was denied, or several alike within one second (`count`)."""
    yield _DENIED.draft(raw, flat(record))
