"""Facts as the values that policies see. What hangs on the facts alone is built once and kept in their `derived`."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from ipaddress import ip_address
from operator import attrgetter
from typing import Any, Final, TypeAlias

from limen.cedar import Asking, CedarSet, Compiled, Datetime, Entity, EntityUid, Evaluation, IpRange, Record, Value
from limen.cedar.interpret import Request as CedarRequest
from limen.clock import MINUTE, Instant
from limen.facts import ACTIONS, App, Auth, Device, Facts, Grant, Person, Place, Risk
from limen.facts.facts import Plain
from limen.policy.attribute import IS_THERE, Attribute, Kind, Noun
from limen.policy.attribute_table import Table
from limen.policy.attributes import ATTRIBUTES
from limen.policy.decision import Request
from limen.policy.documents import document_words

_NO_OTHERS: Final[Mapping[EntityUid, Entity]] = {}
ACTION_ENTITIES: Final = {name: Entity(EntityUid("Action", name)) for name in ACTIONS}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST: Final = -62_135_510_400_000
_LATEST: Final = 253_402_128_000_000
"""A day from either end of what a date can say (years 1 to 9999), whatever the zone; Cedar's instants go further."""
DAYS_KEPT: Final = 1_000
"""Of how many days it is remembered when they begin."""


_Last: TypeAlias = tuple[Request | None, Record, dict[Compiled, Asking]]
"""What was asked, the context it begins with, and the policies that can speak about it."""


class CedarView:
    """One person's facts in Cedar's words. `record` is the context without what changes from request to request.

    It remembers what was asked last, because the next request of a session mostly asks the same again.
    """

    __slots__ = (
        "_device_ends",
        "_last",
        "ends_at",
        "facts",
        "first_day",
        "is_inactive",
        "is_somebody",
        "must_enrol_at",
        "principal",
        "record",
        "resource",
    )

    def __init__(self, facts: Facts, principal: Entity, resource: Entity, record: Record) -> None:
        self.facts = facts
        self.principal = principal
        self.resource = resource
        self.record = record
        self.is_somebody = facts.person.id != ""
        self.is_inactive = self.is_somebody and not facts.person.active
        self.must_enrol_at = facts.person.must_enrol_at
        self.first_day = facts.person.first_day
        self.ends_at = facts.person.ends_at
        self._device_ends = min(self.device_ends(), default=0)
        # One value, replaced as a whole: whoever decides in another thread sees the old one or the new one.
        self._last: _Last = (None, {}, {})

    def ask(self, compiled: Compiled, request: Request, now: Instant, time: Record) -> Evaluation | None:
        """What the policies say to `request` at this instant, each evaluated anew; None for no action of ours.

        `time` is `Calendar.at(now)`.
        """
        last = self._last
        if last[0] is not request:
            last = self._take_up(request)
        asking = last[2].get(compiled)
        if asking is None:
            action = ACTION_ENTITIES.get(request.action)
            if action is None:
                return None
            asking = last[2][compiled] = compiled.asking(self.principal, action, self.resource)
        context = last[1].copy()
        context["time"] = time
        context["now"] = Datetime(now)
        if self.facts.grants:
            context["grant"] = self._grant(request.action, now)
        if self._device_ends and now >= self._device_ends:
            context["device"] = self.device(now)
        return asking.evaluate(context, _NO_OTHERS)

    def context(self, request: Request, now: Instant, time: Record) -> Record:
        """The whole context of one request at one instant; `time` is `Calendar.at(now)`."""
        grant, begun = self._grant(request.action, now), self._take_up(request)[1]
        return {**begun, "device": self.device(now), "time": time, "now": Datetime(now), "grant": grant}

    def granted_here(self, action: str, now: Instant) -> Instant:
        """Until when the grant lasts that covers this action on this app now, and on this device: the one that lasts
        longest; 0: there is none.
        """
        here = self._device_id(now)
        return max([one.until for one in self._grants(action, now) if one.device in {"", here}], default=0)

    def granted_elsewhere(self, action: str, now: Instant) -> Instant:
        """The same of those that count on another device alone."""
        here = self._device_id(now)
        return max([one.until for one in self._grants(action, now) if one.device not in {"", here}], default=0)

    def _grant(self, action: str, now: Instant) -> Record:
        until = self.granted_here(action, now)
        return {"active": until > now, "until": Datetime(until)}

    def _grants(self, action: str, now: Instant) -> list[Grant]:
        app = self.facts.app.id
        return [one for one in self.facts.grants if one.app == app and action in one.actions and now < one.until]

    def _device_id(self, now: Instant) -> str:
        """The device that this comes from, as far as it is known at this instant; else ""."""
        device = self.facts.device
        is_over = device.bound_until and now >= device.bound_until
        return device.id if device.known and not is_over else ""

    def device(self, now: Instant) -> Value:
        """The device at this instant: what it reported fades, and so does what ties the session to it."""
        record, device, view = self.record["device"], self.facts.device, _views()["device"]
        if device.bound_until and now >= device.bound_until:
            return view.unknown
        is_faded = device.fades_at and now >= device.fades_at
        return {**record, **view.faded} if is_faded and isinstance(record, dict) else record

    def bound_again(self, now: Instant) -> CedarView | None:
        """The same facts if the session were bound to its device anew; None where it is still, or never was."""
        device = self.facts.device
        if not device.bound_until or now < device.bound_until:
            return None
        return view_of(replace(self.facts, device=replace(device, bound_until=0)))

    def device_ends(self) -> list[Instant]:
        """When what is known of the device changes by time alone."""
        device = self.facts.device
        return [at for at in (device.fades_at, device.bound_until) if at] if device.known else []

    def asked(self, request: Request, now: Instant, calendar: Calendar) -> CedarRequest:
        """The whole question in Cedar's words; an action that there is not is asked for all the same."""
        action = ACTION_ENTITIES.get(request.action) or Entity(EntityUid("Action", request.action))
        return CedarRequest(self.principal, action, self.resource, self.context(request, now, calendar.at(now)), {})

    def _take_up(self, request: Request) -> _Last:
        asked: Record = {"method": request.method, "route": request.route}
        last: _Last = (request, {**self.record, "grant": _NONE, "request": asked}, {})
        self._last = last
        return last

    def proved(self, auth: Auth) -> CedarView:
        """The same facts after a new proof. Who could speak about what was asked last is known already."""
        before = self.record["auth"]
        words = {**(before if isinstance(before, dict) else {}), **_views()["auth"].record(auth)}
        proved = CedarView(self.facts, self.principal, self.resource, {**self.record, "auth": words})
        request, begun, asking = self._last
        if request is not None:
            proved._last = (request, {**begun, "auth": words}, asking)
        return proved


def view_of(facts: Facts) -> CedarView:
    """The facts in Cedar's words, built at their first use."""
    seen: CedarView | None = facts.derived.seen
    if seen is None:
        seen = facts.derived.seen = _build(facts)
    return seen


class Calendar:
    """`context.time` in one time zone. It remembers the last minute, in which most requests fall."""

    __slots__ = ("_begins", "_last", "_zone")

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._last: tuple[int, Record] = (-1, {})
        self._begins: dict[str, Instant] = {}

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
        return datetime.fromtimestamp(min(max(now, _EARLIEST), _LATEST) // 1000, self._zone)

    def midnight_after(self, now: Instant) -> Instant:
        """The first instant of the next local day (where midnight is skipped by a clock change: of its first hour)."""
        local = self.local(now)
        noon = local.replace(hour=12, minute=0, second=0, microsecond=0, fold=0)
        tomorrow = datetime.fromordinal(noon.toordinal() + 1).replace(tzinfo=self._zone)
        return _instant(tomorrow)

    def beginning(self, day: str) -> Instant:
        """The first instant of a day, as 2026-12-01 (where midnight is skipped: of its first hour)."""
        begins = self._begins.get(day)
        if begins is None:
            if len(self._begins) >= DAYS_KEPT:
                self._begins.clear()
            begins = self._begins[day] = _instant(datetime.fromisoformat(day).replace(tzinfo=self._zone))
        return begins

    def day(self, now: Instant) -> str:
        """The local day, as 2026-12-01: as text, days compare as they come."""
        return self.local(now).date().isoformat()

    def offset(self, now: Instant) -> int:
        """Local time minus UTC, in milliseconds."""
        shift = self.local(now).utcoffset()
        return int(shift.total_seconds() * 1000) if shift else 0


def _instant(moment: datetime) -> Instant:
    return int((moment - _EPOCH).total_seconds()) * 1000


def _build(facts: Facts) -> CedarView:
    return joined(
        facts,
        person_words(facts.person),
        app_words(facts.app) if facts.document is None else document_words(facts, facts.document),
        device_words(facts.device),
        place_words(facts.place),
        risk_words(facts.risk),
    )


def joined(facts: Facts, principal: Entity, resource: Entity, device: Record, place: Record, risk: Record) -> CedarView:
    """Facts, some of whose nouns somebody has in Cedar's words already. What is passed must be of these very facts."""
    session, views = facts.session, _views()
    record: Record = {
        "auth": views["auth"].record(facts.auth),
        "session": views["session"].unknown if session is None else views["session"].record(session),
        "device": device,
        "place": place,
        "risk": risk,
    }
    if len(views) > len(_WITH_FIELDS):
        record |= {noun: view.unknown for noun, view in views.items() if noun not in _WITH_FIELDS}
    if facts.more:
        _add(record, facts.more)
    return CedarView(facts, principal, resource, record)


@lru_cache(256)
def _texts(values: frozenset[str] | tuple[str, ...]) -> CedarSet:
    return CedarSet(sorted(map(str, values)))


@lru_cache(1_024)
def _address(text: str | None) -> IpRange | None:
    try:
        address = ip_address(text or "")
    except ValueError:
        return None
    return IpRange(address.version, int(address), address.max_prefixlen)


_CONVERTED: Final[Mapping[Kind, Callable[[Any], Value | None]]] = {
    Kind.INSTANT: Datetime,
    Kind.SET: _texts,
    Kind.ADDRESS: _address,
}
_WITH_FIELDS: Final = ("auth", "session", "device", "place", "risk")


class _View:
    """One noun's attributes as a record. `unknown` is what is read where nothing is known of it."""

    def __init__(self, noun: Noun, rows: Sequence[Attribute]) -> None:
        self.noun = noun
        worst = [(row.name, to_cedar(row, row.worst)) for row in rows]
        self.unknown: Record = {name: value for name, value in worst if value is not None}
        self.faded: Record = {row.name: self.unknown[row.name] for row in rows if row.fades}
        self.loose = {row.name: row for row in rows if not row.field}
        held = [row for row in rows if row.field not in {"", IS_THERE}]
        self._names = tuple(row.name for row in held)
        self._values = attrgetter(*(row.field for row in held), "__class__")  # with two names or more it gives a tuple
        self._converted = tuple((row.name, _CONVERTED[row.kind]) for row in held if row.kind in _CONVERTED)
        self._always: Record = {row.name: True for row in rows if row.field == IS_THERE}
        self._always |= {name: self.unknown[name] for name in self.loose if name in self.unknown}
        self._known: dict[Any, Record] = {}

    def record(self, value: object) -> Record:
        """The attributes that have fields, and the others at their worst."""
        record: Record = dict(zip(self._names, self._values(value), strict=False))
        for name, convert in self._converted:
            converted = convert(record[name])
            if converted is None:
                del record[name]
            else:
                record[name] = converted
        return {**self._always, **record} if self._always else record

    def shared(self, value: Hashable) -> Record:
        """The same record for equal values: less memory, and it stays in the processor's caches."""
        record = self._known.get(value)
        if record is None:
            if len(self._known) >= _MOST_SHARED:
                self._known.clear()
            record = self._known[value] = self.record(value)
        return record


_MOST_SHARED: Final = 1_024


@lru_cache(4)
def _views_of(table: Table) -> dict[str, _View]:
    return {noun.name: _View(noun, table.of_noun(noun.name)) for noun in table.facts_nouns if noun.name != "grant"}


def _views() -> dict[str, _View]:
    return _views_of(ATTRIBUTES.table)


def to_cedar(row: Attribute, value: Any) -> Value | None:
    """The attribute's value as Cedar has it; None for an address that is not known."""
    convert = _CONVERTED.get(row.kind)
    return convert(value) if convert else value


def _add(record: Record, more: tuple[tuple[str, Plain], ...]) -> None:
    """Put in the attributes that have no field. What no part declares, or is of another type, is as if not known;
    so is everything about a noun of which nothing is known.
    """
    views = _views()
    by_noun: dict[str, Record] = {}
    for path, value in more:
        noun, _, name = path.partition(".")
        row = views[noun].loose.get(name) if noun in views else None
        if row is not None and row.holds(value) and (converted := to_cedar(row, value)) is not None:
            by_noun.setdefault(noun, {})[name] = converted
    for noun, added in by_noun.items():
        before = record[noun]
        present = views[noun].noun.present
        if isinstance(before, dict):
            whole = {**before, **added}
            record[noun] = whole if not present or whole[present] else before


def person_words(person: Person) -> Entity:
    kind = "Workload" if person.is_workload else "Person"
    return Entity(EntityUid(kind, person.id), {"active": person.active}, _group_words(person.groups))


@lru_cache(1_024)
def app_words(app: App) -> Entity:
    return Entity(
        EntityUid("App", app.id), {"sensitivity": app.sensitivity, "label": app.label.word, "owner": app.owner}
    )


@lru_cache(1_024)
def _group_words(groups: frozenset[str]) -> frozenset[EntityUid]:
    return frozenset([EntityUid("Group", group) for group in groups])


def device_words(device: Device) -> Record:
    return _views()["device"].shared(device)


def place_words(place: Place) -> Record:
    return _views()["place"].shared(place)


def risk_words(risk: Risk) -> Record:
    return _views()["risk"].shared(risk)


_NONE: Final[Record] = {"active": False, "until": Datetime(0)}
