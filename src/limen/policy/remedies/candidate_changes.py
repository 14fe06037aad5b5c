"""What a person can change about what is known of them, each as a change of the context that policies see.

A move is offered only where the policies in question read what it changes, and names (of networks, of countries) only
where they name them. What nobody can change by themselves is no move: groups, risk, the account, the app's label.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final, TypeAlias

from limen.cedar import CedarSet, Datetime, IpRange, Policy, Record, Value, value_text
from limen.cedar.literals import format_ip
from limen.clock import HOUR, SECOND, Instant, Milliseconds
from limen.facts import Auth, Factor, Facts
from limen.policy.attribute import Attribute, Better, Kind
from limen.policy.attribute_table import Table
from limen.policy.attributes import ATTRIBUTES
from limen.policy.cedar_view import view_of
from limen.policy.decision import Remedy

JUST_PROVED: Final[Milliseconds] = 30 * SECOND
"""A proof this young is not asked for again: it has not turned the answer, so it would only go round in a loop."""
GRANTED: Final[Milliseconds] = 8 * HOUR
"""How long a grant is supposed to last that is not given yet."""
NEW_DEVICE: Final = "new-device"
"""The id of a device that is not enrolled yet: none that a policy could name."""
MOST_NAMES: Final = 6
"""How many networks, countries and ranges each are tried."""

Change: TypeAlias = Callable[[Record, Instant], None]
"""Changes a context, of which it replaces parts and never alters one; the instant is when the person does it."""


class Best(Enum):
    """Which of the moves in one slot does the most; NONE: none does more than another."""

    FIRST = 0
    LAST = 1
    NONE = 2


@dataclass(frozen=True, slots=True)
class CandidateChange:
    """One remedy with what it does. Of the moves in one `slot` only one can be made; `cost` is what it asks of people.

    `not_before` is the first instant at which it makes sense. `best` says which of a slot's moves does the most.
    """

    remedy: Remedy
    slot: str
    cost: int
    change: Change
    not_before: Instant = 0
    best: Best = Best.FIRST


@dataclass(frozen=True, slots=True)
class Reads:
    """What some policies read that a person can change, and the names they compare it with."""

    paths: frozenset[str] = frozenset()
    names: frozenset[tuple[str, str | int | IpRange]] = frozenset()

    def named(self, path: str) -> list[str | int | IpRange]:
        found = [value for name, value in self.names if name == path]
        return sorted(found, key=lambda value: (value if isinstance(value, int) else 0, value_text(value)))[:MOST_NAMES]


_NAMING: Final = frozenset({"==", "!=", "contains", "containsAll", "containsAny", "isInRange"})


def reads_of(policy: Policy) -> Reads:
    """What one policy reads of it."""
    found = policy.paths()
    names: set[tuple[str, str | int | IpRange]] = set()
    for one in found.compared:
        row, value = ATTRIBUTES.table.by_cedar.get(one.path), one.constant
        if row is None or not row.remedy:
            continue
        if row.kind is Kind.NUMBER and type(value) is int:
            near = (value, value + 1 if row.better is Better.HIGHER else value - 1)
            names |= {
                (one.path, level) for level in near if row.holds(level) and not row.is_no_better(level, row.worst)
            }
        elif one.operator in _NAMING and (isinstance(value, IpRange) or (type(value) is str and value)):
            names.add((one.path, value))
    return Reads(frozenset(path for path in found.read if path.startswith("context.")), frozenset(names))


def all_reads(each: Iterable[Reads]) -> Reads:
    found = list(each)
    return Reads(frozenset().union(*[one.paths for one in found]), frozenset().union(*[one.names for one in found]))


def candidate_changes_of(reads: Reads, facts: Facts, action: str, now: Instant) -> tuple[CandidateChange, ...]:
    """What somebody who is signed in could change of what these policies read, the cheapest first."""
    paths = reads.paths
    found = list(_proofs(facts.auth)) if _reads(paths, "auth") else []
    if facts.auth.by_token:
        is_read = _reads(paths, "auth") or _reads(paths, "session")
        found = [_in_a_browser(facts.auth)] if is_read and not facts.person.is_workload else []
    elif "context.session.started" in paths or ("context.session.known" in paths and facts.session is None):
        found.append(CandidateChange(Remedy("new_session", at_once=False), "session", 4, _new_session))
    if _reads(paths, "device") and not facts.device.known and not facts.person.is_workload:
        found.append(CandidateChange(Remedy("enrol_device", at_once=False), "enrol", 10, _enrol))
    seen = view_of(facts)
    record = {**seen.record, "device": seen.device(now)}
    for path, row in _with_remedies(ATTRIBUTES.table):
        known = record.get(row.noun) if path in paths else None
        if isinstance(known, dict) and not (facts.person.is_workload and row.noun != "place"):
            found += _better(row, reads, known)  # a service has neither browser nor laptop
    if _reads(paths, "grant") and not seen.granted_here(action, now):
        found.append(CandidateChange(Remedy("ask_for_grant", at_once=False), "grant", 30, _granted_until(None)))
        elsewhere = 0 if facts.auth.by_token else seen.granted_elsewhere(action, now)
        if elsewhere:
            found.append(CandidateChange(Remedy("use_device", at_once=False), "grant", 25, _granted_until(elsewhere)))
    return tuple(found)


def _reads(paths: frozenset[str], part: str) -> bool:
    return any(path == f"context.{part}" or path.startswith(f"context.{part}.") for path in paths) or "context" in paths


@lru_cache(4)
def _with_remedies(table: Table) -> tuple[tuple[str, Attribute], ...]:
    """The attributes that a person can change for the better, each with its path in full, names of places last."""
    able = [row for row in table.rows if row.remedy and row.noun != "grant"]
    able.sort(key=lambda row: (row.noun == "place", row.noun == "place" and row.kind is not Kind.BOOL))
    return tuple((row.cedar, row) for row in able)


# Proofs


def candidates(auth: Auth, now: Instant) -> Iterator[tuple[Remedy, Auth]]:
    """The proofs a signed-in person could give now, the best first, each with what would then be known of them."""
    for remedy, proved in _given(auth, now):
        if remedy.kind != "sign_in_again" or now - auth.at >= JUST_PROVED:
            yield remedy, proved


def strongest(auth: Auth, now: Instant) -> Auth:
    """After a passkey was used, with the person verified: phishing-resistant and multi-factor at once."""
    return Auth(3, auth.factors | {Factor.PASSKEY}, now)


PROVE_DEVICE: Final = Remedy("prove_device", at_once=True)
"""The agent of the device that the session was bound to proves once more that it is there."""
_USE_PASSKEY: Final = Remedy("use_passkey", at_once=True, strength=3)
_USE_BROWSER: Final = Remedy("use_browser", at_once=False, strength=3)
_ADD_FACTOR: Final = Remedy("add_factor", at_once=True, strength=2)


@lru_cache(8)
def _sign_in_again(strength: int) -> Remedy:
    return Remedy("sign_in_again", at_once=True, strength=strength)


def _given(auth: Auth, at: Instant) -> Iterator[tuple[Remedy, Auth]]:
    if auth.by_token:
        return  # a program proves nothing more, however often it asks
    if auth.strength < 3:
        yield _USE_PASSKEY, strongest(auth, at)
    if auth.strength < 2:
        yield _ADD_FACTOR, Auth(2, auth.factors | {Factor.PASSWORD, Factor.CODE}, at)
    if auth.strength:
        yield _sign_in_again(auth.strength), Auth(auth.strength, auth.factors, at)


def _proofs(auth: Auth) -> Iterator[CandidateChange]:
    for cost, (remedy, proved) in enumerate(_given(auth, 0), 1):
        earliest = auth.at + JUST_PROVED if remedy.kind == "sign_in_again" else 0
        yield CandidateChange(remedy, "proof", cost, _proving(proved), earliest)


def _proving(auth: Auth) -> Change:
    strength, factors = auth.strength, CedarSet(sorted(factor.value for factor in auth.factors))
    interactive = auth.interactive

    def prove(context: Record, at: Instant) -> None:
        auth: Record = {"strength": strength, "factors": factors, "at": Datetime(at), "interactive": interactive}
        before = context["auth"]
        context["auth"] = {**(before if isinstance(before, dict) else {}), **auth}

    return prove


def _in_a_browser(auth: Auth) -> CandidateChange:
    """What a program may not do with its token, its owner may do themselves."""
    prove = _proving(strongest(auth, 0))

    def change(context: Record, at: Instant) -> None:
        prove(context, at)
        _new_session(context, at)

    return CandidateChange(_USE_BROWSER, "proof", 1, change)


def _new_session(context: Record, at: Instant) -> None:
    """A sign-in from the beginning: the session starts anew, and its proof is as young."""
    session = context["session"]
    context["session"] = {**(session if isinstance(session, dict) else {}), "known": True, "started": Datetime(at)}
    auth = context["auth"]
    if isinstance(auth, dict) and auth["strength"]:
        context["auth"] = {**auth, "at": Datetime(at)}


# The device, the place, and whatever else has a remedy


def _better(row: Attribute, reads: Reads, known: Record) -> Iterator[CandidateChange]:
    """What makes this attribute better, as far as the policies read it: `known` is its noun as it is now."""
    value, what = known.get(row.name), row.name
    cost = _COSTS.get(row.noun, _OTHERWISE)
    if row.path in _OF_A_KNOWN_ONE and not known["known"]:
        return
    match row.kind:
        case Kind.BOOL | Kind.CHOICE if value != row.best:
            yield CandidateChange(Remedy(row.remedy, at_once=False, what=what), row.path, cost, _setting(row, row.best))
        case Kind.NUMBER if isinstance(value, int):
            most = Best.LAST if row.better is Better.HIGHER else Best.FIRST
            for level in reads.named(row.cedar):
                if isinstance(level, int) and not row.is_no_better(level, value):
                    remedy = Remedy(row.remedy, at_once=False, what=what, strength=level)
                    yield CandidateChange(remedy, row.path, cost + 1, _setting(row, level), best=most)
        case Kind.INSTANT:
            yield CandidateChange(Remedy(row.remedy, at_once=False, what=what), row.path, cost, _setting(row, None))
        case Kind.SET if isinstance(value, CedarSet):
            more = {name for name in reads.named(row.cedar) if isinstance(name, str)} - set(map(str, value.items))
            if more:
                whole = CedarSet(sorted(more | set(map(str, value.items))))
                remedy = Remedy(row.remedy, at_once=False, what=what, to=", ".join(sorted(more)))
                yield CandidateChange(remedy, row.path, cost, _setting(row, whole))
        case Kind.TEXT | Kind.ADDRESS:
            for name in reads.named(row.cedar):
                if name != value and isinstance(name, str | IpRange):
                    to = format_ip(name) if isinstance(name, IpRange) else name
                    changed = _first(name) if isinstance(name, IpRange) else name
                    remedy = Remedy(row.remedy, at_once=False, what=what, to=to)
                    yield CandidateChange(remedy, row.path, cost, _setting(row, changed), best=Best.NONE)


_COSTS: Final = {"device": 11, "place": 20}
_OTHERWISE: Final = 15
_OF_A_KNOWN_ONE: Final = frozenset({"place.anonymiser", "device.seen"})
"""What only makes sense to change of something that is known."""


def _setting(row: Attribute, good: Value | None) -> Change:
    """A change to `good` (None: to the instant itself). Nobody can tell whether what they don't know is in order."""
    present = ATTRIBUTES.table.nouns[row.noun].present
    also: Record = {"known": True} if row.path == "place.country" else {}

    def change(context: Record, at: Instant) -> None:
        before = context[row.noun]
        if isinstance(before, dict) and (not present or row.name == present or before[present]):
            context[row.noun] = {**before, row.name: Datetime(at) if good is None else good, **also}

    return change


def _enrol(context: Record, at: Instant) -> None:
    device = context["device"]
    if isinstance(device, dict):
        context["device"] = {**device, "known": True, "id": NEW_DEVICE, "seen": Datetime(at)}


def _first(range_: IpRange) -> IpRange:
    return IpRange(range_.version, range_.first, 32 if range_.version == 4 else 128)


# A grant


def _granted_until(until: Instant | None) -> Change:
    """As if one counted here that ends then: that of another device; or (None) one that is not given yet."""

    def change(context: Record, at: Instant) -> None:
        end = at + GRANTED if until is None else until
        context["grant"] = {"active": at < end, "until": Datetime(end)}

    return change
