"""Walking through a log by time: window after window up to now, each page by page.

A log is asked again for what is a little older than what was had, and now and then for what is much older, since
vendors add events late. How far it was had follows Limen's own clock: no record can lead ahead of it. A window that
could not be ended goes on by the vendor's link; where the vendor knows that no longer, the window begins anew, once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import msgspec

from limen.clock import DAY, HOUR, MINUTE, Instant, Milliseconds
from limen.connectors.log_pages import LogPage, LogPages
from limen.connectors.vendor_client import VendorError

FIRST: Final[Milliseconds] = DAY
"""How far back a log is read that was never read before."""
WIDEST: Final[Milliseconds] = DAY
"""How much time one window has."""
DEEP_EVERY: Final[Milliseconds] = HOUR
MOST_EMPTY: Final = 50
"""So many pages in a row may hold nothing."""
_FORGOTTEN: Final = frozenset({400, 404, 410})
_LONGEST_LINK: Final = 8_000


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late events may come: `usually` is asked for again each turn, `at_most` each hour. `oldest`: how far back
    the vendor lets anybody ask.
    """

    usually: Milliseconds = 10 * MINUTE
    at_most: Milliseconds = 6 * HOUR
    oldest: Milliseconds = 6 * DAY


@dataclass(frozen=True, slots=True)
class Answer:
    """Records of a window, and the link to more of them ("": that is all)."""

    records: list[bytes]
    link: str = ""


class AskWindow(Protocol):
    async def __call__(self, since: Instant, until: Instant, link: str) -> Answer: ...


def is_forgotten(error: VendorError) -> bool:
    """Whether a vendor no longer knows a link of its own, or it is none."""
    return error.status in _FORGOTTEN or error.word == "garbage"


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a walk is. All before `reached` was had; `deep` is when it was last asked for from far back. In the midst
    of a window (`until` not 0): from where to where, and the link to go on by.
    """

    reached: Instant = 0
    deep: Instant = 0
    since: Instant = 0
    until: Instant = 0
    link: str = ""


async def walk(cursor: str, now: Instant, lateness: Lateness, ask: AskWindow) -> LogPages:
    """Every page up to now, from where `cursor` says ("": the first time). Raises VendorError."""
    place, empty, is_anew = _read(cursor), 0, False
    while True:
        if not place.until:
            place = _next_window(place, now, lateness)
        try:
            answer = await ask(place.since, place.until, place.link)
        except VendorError as error:
            if is_anew or not place.link or not is_forgotten(error):
                raise
            place, is_anew = msgspec.structs.replace(place, link=""), True
            continue
        if (answer.link and answer.link == place.link) or len(answer.link) > _LONGEST_LINK:
            raise VendorError("garbage")
        empty = 0 if answer.records or not answer.link else empty + 1
        if empty > MOST_EMPTY:
            raise VendorError("garbage")
        place = _after(place, answer)
        yield LogPage(answer.records, msgspec.json.encode(place).decode())
        if not place.until and place.reached >= now:
            return


def _read(cursor: str) -> Place:
    """A cursor that can't be read is as if there was none: what comes twice does no harm."""
    try:
        return msgspec.json.decode(cursor, type=Place) if cursor else Place()
    except msgspec.MsgspecError:
        return Place()


def _next_window(place: Place, now: Instant, lateness: Lateness) -> Place:
    if not place.reached:
        return Place(now - FIRST, now, now - FIRST, now)
    reached = min(place.reached, now)
    is_deep = now - place.deep >= DEEP_EVERY and now - reached < WIDEST
    since = max(reached - (lateness.at_most if is_deep else lateness.usually), now - lateness.oldest)
    return Place(reached, now if is_deep else place.deep, since, min(now, since + WIDEST))


def _after(place: Place, answer: Answer) -> Place:
    if answer.link:
        return msgspec.structs.replace(place, link=answer.link)
    return Place(max(place.reached, place.until), place.deep)
