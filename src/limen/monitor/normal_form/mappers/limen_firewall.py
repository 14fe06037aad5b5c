"""What firewalls that follow Limen deny, as `limen.network.firewalls.crossings` writes it: one object a line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from limen.monitor.normal_form.classes import PACKET_REFUSED, SUCCESS, TRAFFIC
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


_BEYOND: Final = replace(_DENIED, fixed={**_DENIED.fixed, "kind": "counted"})
"""Packets between two zones that were denied and not told one by one: how many, and nothing of whose."""
_ON_TRIAL: Final = replace(_DENIED, fixed={"product": FIREWALLS, "kind": "tried", **TRAFFIC, "status_id": SUCCESS})
"""It was let through, and would be denied were its zones not on trial."""
_PROBE: Final = replace(_ON_TRIAL, fixed={**_ON_TRIAL.fixed, "kind": "probe"})
"""A canary tried it as Limen had asked it to, and the firewall denied it, as it should: rules that count what firewalls
refused count it no more than what they let through.
"""


def read(raw: str, record: Record, _frame: Frame) -> Iterator[Draft]:
    """A packet that was denied, or several alike within one second (`count`)."""
    shape = {"on-trial": _ON_TRIAL, "beyond": _BEYOND, "probe": _PROBE}.get(str(record.get("why")), _DENIED)
    yield shape.draft(raw, flat(record))
