"""How two sign-ins of one account were in use at the same time, and how strongly that speaks for two people. Pure.

| sign | adds | why |
|---|---|---|
| `apart` | 3 | both places are certainly far from each other: what databases may be off is taken off |
| `elsewhere` | 1 | other networks of other owners, with nothing known of how far apart |
| `others_device` | 3 | one of them is on an enrolled device of somebody else |
| `proved` | 2 | on both somebody proved who they are meanwhile, which no tab does that was left open |
| `systems` | 1 | both are computers, with different systems |
| `own_devices` | -2 | both are enrolled devices of this very person |
| `phone` | -5 | one is a phone or tablet: those are carried along, and mobile networks come out anywhere |
| `office` | -3 | one is in a network of the company's: a terminal server or remote desktop looks like that |

Where both come from one network, share one lately, or come by a way out of many, there is no overlap at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from ipaddress import ip_address, ip_network
from itertools import pairwise
from typing import Final

import msgspec

from limen.clock import DAY, HOUR, MINUTE, Instant
from limen.monitor.detections.shared_accounts.acts import Act, Side
from limen.monitor.detections.travel.countries import CENTRES
from limen.monitor.detections.travel.distances import LEAST_KM, Point, travel
from limen.monitor.places.whereabouts import Whereabouts

WITHIN: Final = HOUR
"""How far back one looks for both being in use."""
PAUSE: Final = MINUTE
"""What one side does within so long counts as one act."""
CHANGES: Final = 3
"""One, the other, the one, the other: whoever closes a laptop and goes home changes once."""
SHARED_WITHIN: Final = 12 * HOUR
"""Two sign-ins that came from one network within so long are with one person, for all that is known."""
WORTH: Final = {
    "apart": 3,
    "elsewhere": 1,
    "others_device": 3,
    "proved": 2,
    "systems": 1,
    "own_devices": -2,
    "phone": -5,
    "office": -3,
}
STRONG: Final = 4
MEDIUM: Final = 2
PHONES: Final = frozenset({"android", "iphone", "ipad"})
_SAME_NETWORK: Final = {4: 24, 6: 48}


class Overlap(msgspec.Struct, frozen=True):
    """Two sign-ins of one account in use at once. `one` and `other` say where and with what, as people read it."""

    since: Instant
    until: Instant
    one: str
    other: str
    one_address: str
    other_address: str
    one_session: str
    other_session: str
    km: int
    changes: int
    signs: tuple[str, ...]
    events: tuple[str, ...]

    @property
    def strength(self) -> int:
        return sum(WORTH[sign] for sign in self.signs)

    @property
    def day(self) -> int:
        """The day (UTC), counted from 1970."""
        return self.until // DAY


def overlap(
    acts: Sequence[Act],
    sides: Mapping[str, Side],
    other_id: str,
    find: Callable[[str], Whereabouts],
    owner_of: Mapping[str, str],
    person_id: str,
) -> Overlap | None:
    """That of the sign-in that acted last with this other one; None where they were not in use at once, or may well be
    in one hand. `acts` are in their order, `owner_of` are the owners of enrolled devices.
    """
    here = acts[-1]
    both = [one for one in acts if one.side in {here.side, other_id} and here.at - one.at < WITHIN]
    turns = [after for before, after in pairwise(both) if before.side != after.side]
    if len(turns) < CHANGES:
        return None
    there = next(one for one in reversed(both) if one.side == other_id)
    mine, theirs = sides[here.side], sides[other_id]
    if _share_a_network(mine, theirs, here.at, find):
        return None
    found = (find(here.address), find(there.address))
    km = _apart(*found)
    if km is None:
        return None
    owners = [owner_of.get(side.device, "") for side in (mine, theirs)]
    proved = {one.side for one in both if one.is_proof}
    systems = {mine.system, theirs.system}
    is_phone = bool(systems & PHONES)
    holds = {
        "apart": km >= LEAST_KM,
        "elsewhere": km < LEAST_KM,
        "others_device": any(owner not in {"", person_id} for owner in owners),
        "proved": proved == {here.side, other_id},
        "systems": len(systems - {""}) == 2 and not is_phone,
        "own_devices": mine.device != theirs.device and owners == [person_id, person_id],
        "phone": is_phone,
        "office": bool(found[0].network) is not bool(found[1].network),
    }
    return Overlap(
        since=both[0].at,
        until=here.at,
        one=_said(mine, found[0]),
        other=_said(theirs, found[1]),
        one_address=here.address,
        other_address=there.address,
        one_session=here.side,
        other_session=other_id,
        km=km,
        changes=len(turns),
        signs=tuple(sign for sign in WORTH if holds[sign]),
        events=tuple(one.uid for one in both)[-20:],
    )


def _share_a_network(one: Side, other: Side, now: Instant, find: Callable[[str], Whereabouts]) -> bool:
    lately = [[address for address, at in side.addresses.items() if now - at < SHARED_WITHIN] for side in (one, other)]
    return any(_is_same(first, second, find) for first in lately[0] for second in lately[1])


def _is_same(one: str, other: str, find: Callable[[str], Whereabouts]) -> bool:
    """Whether two addresses may be one connection: near each other as numbers, in one network of the company's, or of
    one owner (IPv4 beside IPv6, a carrier's many ways out) without being far apart.
    """
    first, second = ip_address(one), ip_address(other)
    if first.version == second.version and second in ip_network(
        (int(first), _SAME_NETWORK[first.version]), strict=False
    ):
        return True
    here, there = find(one), find(other)
    if here.network and here.network == there.network:
        return True
    if here.owner and there.owner:
        return here.owner == there.owner and (_distance(here, there) or 0) < LEAST_KM
    return first.version != second.version


def _apart(here: Whereabouts, there: Whereabouts) -> int | None:
    """How many km lie between them for certain; 0 where that is not known; None where one of them tells no place."""
    if here.tells_nothing or there.tells_nothing:
        return None
    return _distance(here, there) or 0


def _distance(here: Whereabouts, there: Whereabouts) -> int | None:
    first, second = _point(here), _point(there)
    journey = travel(first, second, 0) if first is not None and second is not None else None
    return journey.certain_km if journey is not None else None


def _point(found: Whereabouts) -> Point | None:
    if found.country and found.latitude is not None and found.longitude is not None:
        return Point(found.country, found.city, found.latitude, found.longitude, found.radius_km)
    centre = CENTRES.get(found.country)
    return Point(found.country, "", *centre) if centre is not None else None


def _said(side: Side, found: Whereabouts) -> str:
    where = found.network or ", ".join(filter(None, (found.city, found.country))) or found.owner_name or found.address
    return f"{where} ({' / '.join(filter(None, (side.browser, side.system))) or side.device or '?'})"
