"""Okta's System Log (`GET /api/v1/logs`, scope `okta.logs.read`).

Asked without an end and the oldest first, it is in the order in which Okta kept the events, so nothing late is missed;
and there always is a link to what comes next, which is the cursor. Where Okta knows the link no longer, Limen begins
some time before it was last there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from limen.clock import DAY, HOUR, Instant, to_iso
from limen.connectors.link_headers import next_link
from limen.connectors.log_pages import LogPage, LogPages, records_of
from limen.connectors.time_walk import is_forgotten
from limen.connectors.vendor_client import VendorClient, VendorError

PER_PAGE: Final = 1_000
FIRST: Final = DAY
BACK: Final = HOUR
"""How long before the last time Limen begins where the link is of no use."""


class _Place(msgspec.Struct, frozen=True, omit_defaults=True):
    link: str = ""
    at: Instant = 0


async def pages(okta: VendorClient, headers: Mapping[str, str], cursor: str, now: Instant) -> LogPages:
    """Every page that there is now. Raises VendorError."""
    place, is_anew = _read(cursor), False
    while True:
        try:
            reply = await _asked(okta, headers, place, now)
        except VendorError as error:
            if is_anew or not place.link or not is_forgotten(error):
                raise
            place, is_anew = _Place("", place.at), True
            continue
        records, link = await records_of(reply[0]), next_link(reply[1])
        if link:
            okta.own_link(link)
        if records and link in {"", place.link}:
            raise VendorError("garbage")
        place = _Place(link or place.link, now)
        yield LogPage(records, msgspec.json.encode(place).decode())
        if not records:
            return


async def _asked(okta: VendorClient, headers: Mapping[str, str], place: _Place, now: Instant) -> tuple[bytes, str]:
    if place.link:
        reply = await okta.reply_to_link(place.link, headers)
    else:
        since = place.at - BACK if place.at else now - FIRST
        query = [("since", to_iso(since)), ("sortOrder", "ASCENDING"), ("limit", str(PER_PAGE))]
        reply = await okta.reply("/api/v1/logs", query, headers)
    return reply.body, reply.headers.get("link", "")


def _read(cursor: str) -> _Place:
    try:
        return msgspec.json.decode(cursor, type=_Place) if cursor else _Place()
    except msgspec.MsgspecError:
        return _Place()
