"""What a receiver hands over: bytes as they came, and what is known about them without reading them."""

from __future__ import annotations

from typing import Final

import msgspec

from limen.clock import Instant

LIMEN: Final = "limen"
"""The source that nobody else can be, and its kind: the journal."""
CANARY: Final = "limen-canary"
"""The source of test events, which nobody else can be either."""
FIREWALLS: Final = "limen_firewall"
"""The source of what firewalls that follow Limen deny, and its kind: each proved by its secret which it is."""
SENT_BY: Final = "limen.sent_by"
"""The field of an event that says which device sent it under its own key. Whatever else it names is that device's word.
"""
MOST_RECORDS: Final = 20_000
"""Records that a frame may have. Whoever makes frames splits them well before: what comes after is one event."""


class Frame(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Bytes of one sender. Of kinds that are sent by message it is one message, of all others up to `MOST_RECORDS`.

    `source`: its name in `monitor.yaml`, or `limen`. `kind`: how it is read (`kinds.KINDS`). `peer`: the address it
    came from, "" where there is none. `zone`: the time zone of times that name none (`Europe/Berlin`), "" for UTC.
    `device_id`: which enrolled device proved by its key that these are its own; "" for none. `sender`: the id of who
    else sent it, by a token or certificate of its own; where nobody proves anything the address; "" where Limen asked.
    `products`: of kind `json`, whose records may come from there (`products.PRODUCTS`).
    """

    source: str
    kind: str
    received_at: Instant
    data: bytes
    peer: str = ""
    zone: str = ""
    device_id: str = ""
    sender: str = ""
    products: tuple[str, ...] = ()
