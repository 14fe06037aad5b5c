"""Packets that the kernel's filter logs, for nftables and iptables alike: `… IN=eth0 SRC=192.0.2.1 DPT=22 …`."""

from __future__ import annotations

from typing import Final

from limen.monitor.normal_form.classes import PACKET_REFUSED, TRAFFIC
from limen.monitor.normal_form.drafts import Draft
from limen.monitor.normal_form.flattening import Fields, flat
from limen.monitor.normal_form.shapes import Shape
from limen.monitor.normal_form.templates import pairs
from limen.monitor.normal_form.texts import text

_ALLOWED: Final = ("allow", "accept", "pass", "permit")
_PACKET: Final = Shape(
    columns={"src_ip": "SRC", "dst_ip": "DST", "src_port": "SPT", "dst_port": "DPT", "bytes_out": "LEN"},
)


def draft(raw: str, body: str, fields: Fields) -> Draft | None:
    """A packet; None for whatever else the kernel says. What is logged without a word was refused, as is usual."""
    at = body.find("IN=")
    if at < 0 or " SRC=" not in body:
        return None
    prefix = body[:at].rpartition("] ")[2] or body[:at]
    fields.update(flat(pairs(body[at:], most=40)))
    fields["prefix"] = text(prefix.strip(" :[]"))
    was_allowed = any(word in prefix.casefold() for word in _ALLOWED)
    found = _PACKET.draft(raw, fields)
    found.columns.update(TRAFFIC if was_allowed else PACKET_REFUSED)
    return found
