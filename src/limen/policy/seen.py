"""Facts as the values that policies see. What hangs on the facts alone is built once and kept in their `memo`."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from ipaddress import ip_address
from typing import Final

from limen.cedar import Asking, CedarSet, Compiled, Datetime, Entity, EntityUid, IpRange, Record
from limen.clock import MINUTE, Instant
from limen.facts import ACTIONS, Auth, Facts, Grant, Place
from limen.policy.decision import Request

ACTION_ENTITIES: Final = {name: Entity(EntityUid("Action", name)) for name in ACTIONS}
_MEMO: Final = "limen.policy.seen"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Seen:
    """One person's facts in Cedar's words. `record` is the context without what changes from request to request."""

    __slots__ = ("_asking", "_last", "facts", "principal", "record", "resource")

    def __init__(self, facts: Facts, principal: Entity, resource: Entity, record: Record) -> None:
        self.facts = facts
        self.principal = principal
        self.resource = resource
        self.record = record
        self._last: tuple[Request | None, Record] = (None, {})
        self._asking: dict[tuple[Compiled, str], Asking] = {}

    def asking(self, compiled: Compiled, action: str) -> Asking | None:
        """The policies of `compiled` that can speak about this person, action and app; None for no action of ours."""
        key = (compiled, action)
        asking = self._asking.get(key)
        if asking is None:
            entity = ACTION_ENTITIES.get(action)
            if entity is None:
                return None
            asking = self._asking[key] = compiled.asking(self.principal, entity, self.resource)
        return asking

    def context(self, request: Request, now: Instant, time: Record) -> Record:
        """The whole context of one request at one instant; `time` is `Calendar.at(now)`."""
        last, record = self._last
        if last is not request:
            asked: Record = {"method": request.method, "route": request.route}
            record = {**self.record, "grant": _NONE, "request": asked}
            self._last = (request, record)
        context = record.copy()
        context["time"] = time
        context["now"] = Datetime(now)
        if self.facts.grants:
            context["grant"] = _grant(self.facts.grants, self.facts.app.id, request.action, now)
        return context

    def proved(self, auth: Auth) -> Seen:
        """The same facts after a new proof."""
        return Seen(self.facts, self.principal, self.resource, {**self.record, "auth": _auth(auth)})


def see(facts: Facts) -> Seen:
    """The facts in Cedar's words, built at their first use."""
    seen: Seen | None = facts.memo.get(_MEMO)
    if seen is None:
        seen = facts.memo[_MEMO] = _build(facts)
    return seen


class Calendar:
    """`context.time` in one time zone. It remembers the last minute, in which most requests fall."""

    __slots__ = ("_last", "_zone")

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._last: tuple[int, Record] = (-1, {})

    def at(self, now: Instant) -> Record:
        number = now // MINUTE
        last = self._last
        if last[0] == number:
            return last[1]
        local = self.local(now)
        record: Record = {"weekday": local.isoweekday(), "minute": local.hour * 60 + local.minute}
        self._last = (number, record)
        return record

    def local(self, now: Instant) -> datetime:
        return datetime.fromtimestamp(now // 1000, self._zone)

    def midnight_after(self, now: Instant) -> Instant:
        """The first instant of the next local day (where midnight is skipped by a clock change: of its first hour)."""
        local = self.local(now)
        noon = local.replace(hour=12, minute=0, second=0, microsecond=0, fold=0)
        tomorrow = datetime.fromordinal(noon.toordinal() + 1).replace(tzinfo=self._zone)
        return _instant(tomorrow)

    def offset(self, now: Instant) -> int:
        """Local time minus UTC, in milliseconds."""
        shift = self.local(now).utcoffset()
        return int(shift.total_seconds() * 1000) if shift else 0


def _instant(moment: datetime) -> Instant:
    return int((moment - _EPOCH).total_seconds()) * 1000


def _build(facts: Facts) -> Seen:
    person, app, session, device, risk = facts.person, facts.app, facts.session, facts.device, facts.risk
    principal = Entity(
        EntityUid("Person", person.id),
        {"active": person.active},
        frozenset([EntityUid("Group", group) for group in person.groups]),
    )
    resource = Entity(
        EntityUid("App", app.id),
        {"sensitivity": app.sensitivity, "label": app.label.word, "owner": app.owner},
    )
    record: Record = {
        "auth": _auth(facts.auth),
        "session": {"known": session is not None, "started": Datetime(session.started_at if session else 0)},
        "device": {
            "known": device.known,
            "id": device.id,
            "compliance": device.compliance,
            "managed": device.managed,
            "binding": device.binding,
            "platform": device.platform,
            "seen": Datetime(device.seen_at),
        },
        "place": _place(facts.place),
        "risk": {"known": risk.known, "score": risk.score},
    }
    return Seen(facts, principal, resource, record)


def _auth(auth: Auth) -> Record:
    return {
        "strength": auth.strength,
        "factors": CedarSet(sorted(factor.value for factor in auth.factors)),
        "at": Datetime(auth.at),
    }


def _place(place: Place) -> Record:
    record: Record = {
        "known": place.known,
        "country": place.country,
        "network": place.network,
        "anonymiser": place.anonymiser,
    }
    try:
        address = ip_address(place.address)
    except ValueError:
        return record
    return record | {"address": IpRange(address.version, int(address), address.max_prefixlen)}


_NONE: Final[Record] = {"active": False, "until": Datetime(0)}


def _grant(grants: tuple[Grant, ...], app: str, action: str, now: Instant) -> Record:
    """The grant that lasts longest among those that cover this action on this app now."""
    until = max(
        [one.until for one in grants if one.app == app and action in one.actions and now < one.until], default=0
    )
    return {"active": until > now, "until": Datetime(until)}
