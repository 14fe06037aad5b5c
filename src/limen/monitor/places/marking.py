"""Events learn where their address is, by what Limen knows: what a sender says of it counts only where it doesn't."""

from __future__ import annotations

from typing import Final

from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.places.places import Networks, Places

ANONYMISER: Final = "limen.anonymiser"


def mark(event: NormalEvent, places: Places, networks: Networks) -> None:
    """Fill in the country of `src_ip`, and which of the company's networks it is in.

    Rules are told as well whether anybody could be behind it, by a field that no sender can write (see `flattening`).
    """
    if not event.src_ip:
        return
    found = places.find(event.src_ip, networks)
    event.src_network = found.network
    if found.country:
        event.src_country = found.country
    if found.anonymiser:
        event.fields[ANONYMISER] = True
