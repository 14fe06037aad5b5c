"""What a person can change about what is known of them, each as a change of the context that policies see.

A move is offered only where the policies in question read what it changes, and names (of networks, of countries) only
where they name them. What nobody can change by themselves is no move: groups, risk, the account, the app's label.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from limen.cedar import CedarSet, Datetime, IpRange, Policy, Record, value_text
from limen.cedar.literals import format_ip
from limen.clock import HOUR, SECOND, Instant, Milliseconds
from limen.facts import Auth, Factor, Facts
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


@dataclass(frozen=True, slots=True)
class Move:
    """One remedy with what it does. Of the moves in one `slot` only one can be made; `cost` is what it asks of people.

    `not_before` is the first instant at which it makes sense.
    """

    remedy: Remedy
    slot: str
    cost: int
    change: Change
    not_before: Instant = 0


@dataclass(frozen=True, slots=True)
class Reads:
    """What some policies read that a person can change, and the names they compare it with."""

    paths: frozenset[str] = frozenset()
    names: frozenset[tuple[str, str | int | IpRange]] = frozenset()

    def named(self, path: str) -> list[str | int | IpRange]:
        found = [value for name, value in self.names if name == path]
        return sorted(found, key=lambda value: (value if isinstance(value, int) else 0, value_text(value)))[:MOST_NAMES]


_NAMED: Final = frozenset({"context.place.network", "context.place.country", "context.place.address"})
_BINDING: Final = "context.device.binding"


def reads_of(policy: Policy) -> Reads:
    """What one policy reads of it."""
    found = policy.paths()
    names: set[tuple[str, str | int | IpRange]] = set()
    for one in found.compared:
        value = one.constant
        if one.path in _NAMED and one.operator in {"==", "!=", "contains", "isInRange"}:
            if isinstance(value, IpRange) or (type(value) is str and value):
                names.add((one.path, value))
        elif one.path == _BINDING and type(value) is int:
            names |= {(_BINDING, level) for level in (value, value + 1) if 0 < level < 100}
    return Reads(frozenset(path for path in found.read if path.startswith("context.")), frozenset(names))


def all_reads(each: Iterable[Reads]) -> Reads:
    found = list(each)
    return Reads(frozenset().union(*[one.paths for one in found]), frozenset().union(*[one.names for one in found]))


def moves_of(reads: Reads, facts: Facts, action: str, now: Instant) -> tuple[Move, ...]:
    """What somebody who is signed in could change of what these policies read, the cheapest first."""
    paths = reads.paths
    found = list(_proofs(facts.auth)) if _reads(paths, "auth") else []
    if facts.auth.by_token:
        is_read = _reads(paths, "auth") or _reads(paths, "session")
        found = [_in_a_browser(facts.auth)] if is_read and not facts.person.is_workload else []
    elif "context.session.started" in paths or ("context.session.known" in paths and facts.session is None):
        found.append(Move(Remedy("new_session", at_once=False), "session", 4, _new_session))
    if _reads(paths, "device") and not facts.person.is_workload:  # a service has neither browser nor laptop
        found += _device(reads, facts)
    if _reads(paths, "place"):
        found += _place(reads, facts)
    if _reads(paths, "grant") and not _has_grant(facts, action, now):
        found.append(Move(Remedy("ask_for_grant", at_once=False), "grant", 30, _granted))
    return tuple(found)


def _reads(paths: frozenset[str], part: str) -> bool:
    return any(path == f"context.{part}" or path.startswith(f"context.{part}.") for path in paths) or "context" in paths


# Proofs


def candidates(auth: Auth, now: Instant) -> Iterator[tuple[Remedy, Auth]]:
    """The proofs a signed-in person could give now, the best first, each with what would then be known of them."""
    for remedy, proved in _given(auth, now):
        if remedy.kind != "sign_in_again" or now - auth.at >= JUST_PROVED:
            yield remedy, proved


def strongest(auth: Auth, now: Instant) -> Auth:
    """After a passkey was used, with the person verified: phishing-resistant and multi-factor at once."""
    return Auth(3, auth.factors | {Factor.PASSKEY}, now)


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
        second = Factor.PASSWORD if Factor.CODE in auth.factors else Factor.CODE
        yield _ADD_FACTOR, Auth(2, auth.factors | {second}, at)
    if auth.strength:
        yield _sign_in_again(auth.strength), Auth(auth.strength, auth.factors, at)


def _proofs(auth: Auth) -> Iterator[Move]:
    for cost, (remedy, proved) in enumerate(_given(auth, 0), 1):
        earliest = auth.at + JUST_PROVED if remedy.kind == "sign_in_again" else 0
        yield Move(remedy, "proof", cost, _proving(proved), earliest)


def _proving(auth: Auth) -> Change:
    strength, factors = auth.strength, CedarSet(sorted(factor.value for factor in auth.factors))
    interactive = auth.interactive

    def prove(context: Record, at: Instant) -> None:
        context["auth"] = {"strength": strength, "factors": factors, "at": Datetime(at), "interactive": interactive}

    return prove


def _in_a_browser(auth: Auth) -> Move:
    """What a program may not do with its token, its owner may do themselves."""
    prove = _proving(strongest(auth, 0))

    def change(context: Record, at: Instant) -> None:
        prove(context, at)
        context["session"] = {"known": True, "started": Datetime(at)}

    return Move(_USE_BROWSER, "proof", 1, change)


def _new_session(context: Record, at: Instant) -> None:
    """A sign-in from the beginning: the session starts anew, and its proof is as young."""
    context["session"] = {"known": True, "started": Datetime(at)}
    auth = context["auth"]
    if isinstance(auth, dict) and auth["strength"]:
        context["auth"] = {**auth, "at": Datetime(at)}


# The device


def _device(reads: Reads, facts: Facts) -> Iterator[Move]:
    device = facts.device
    if not device.known:
        yield Move(Remedy("enrol_device", at_once=False), "enrol", 10, _enrol)
    mends: list[tuple[str, str | int]] = [("compliance", "compliant"), ("managed", True)]
    for what, good in mends:
        if f"context.device.{what}" in reads.paths and getattr(device, what) != good:
            yield Move(Remedy("mend_device", at_once=False, what=what), what, 11, _mending(what, good))
    for level in reads.named(_BINDING):
        if isinstance(level, int) and level > device.binding:
            remedy = Remedy("mend_device", at_once=False, what="binding", strength=level)
            yield Move(remedy, "binding", 12, _mending("binding", level))
    if "context.device.seen" in reads.paths and device.known:
        yield Move(Remedy("mend_device", at_once=False, what="seen"), "seen", 11, _reporting)


def _enrol(context: Record, at: Instant) -> None:
    device = context["device"]
    if isinstance(device, dict):
        context["device"] = {**device, "known": True, "id": NEW_DEVICE, "seen": Datetime(at)}


def _mending(what: str, good: str | int) -> Change:
    def mend(context: Record, _at: Instant) -> None:
        device = context["device"]
        if isinstance(device, dict) and device["known"]:  # nobody can tell whether a device they don't know is mended
            context["device"] = {**device, what: good}

    return mend


def _reporting(context: Record, at: Instant) -> None:
    device = context["device"]
    if isinstance(device, dict) and device["known"]:
        context["device"] = {**device, "seen": Datetime(at)}


# The place


def _place(reads: Reads, facts: Facts) -> Iterator[Move]:
    place = facts.place
    if place.anonymiser and place.known and "context.place.anonymiser" in reads.paths:
        yield _moved("anonymiser", "", {"anonymiser": False})
    for network in reads.named("context.place.network"):
        if network != place.network and isinstance(network, str):
            yield _moved("network", network, {"network": network})
    for country in reads.named("context.place.country"):
        if country != place.country and isinstance(country, str):
            yield _moved("country", country, {"country": country, "known": True})
    for range_ in reads.named("context.place.address"):
        if isinstance(range_, IpRange):
            yield _moved("address", format_ip(range_), {"address": _first(range_)})


def _moved(what: str, to: str, changed: Record) -> Move:
    def move(context: Record, _at: Instant) -> None:
        place = context["place"]
        if isinstance(place, dict):
            context["place"] = {**place, **changed}

    return Move(Remedy("change_place", at_once=False, what=what, to=to), what, 20, move)


def _first(range_: IpRange) -> IpRange:
    return IpRange(range_.version, range_.first, 32 if range_.version == 4 else 128)


# A grant


def _has_grant(facts: Facts, action: str, now: Instant) -> bool:
    return any(one.app == facts.app.id and action in one.actions and now < one.until for one in facts.grants)


def _granted(context: Record, at: Instant) -> None:
    context["grant"] = {"active": True, "until": Datetime(at + GRANTED)}
