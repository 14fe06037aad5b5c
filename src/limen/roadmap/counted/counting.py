"""Counts decisions into a sheet: one pass over segments, whatever is asked of them later.

What a decision was made on is looked at once for all that were made on the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from limen.clock import Instant
from limen.devices.compliance import COMPLIANT
from limen.facts import LIMEN, Device
from limen.policy.decision import Effect, Named
from limen.roadmap.counted.sheet import MOST_REFUSED, PERMITTED, Adding, Refused, Sheet
from limen.roadmap.devices.past_access import Standing
from limen.storage.journal.past_decisions import PastDecision, WrittenFacts, decisions_of, sharing

ASKED_ABOUT: Final = ("device", "place", "risk")
"""What has to be known; when it is, is always known."""
NOT_KEPT: Final = "facts"
"""In place of these, where the journal did not keep what was known."""
UNRECORDED: Final = -1
"""The strength of who asked, where it is not on record."""
_BY_LIMEN: Final = frozenset({Named.PUBLIC_ROUTE.value, Named.CORS_PREFLIGHT.value})
"""Nobody opened anything by these: they are declared for everybody."""
_BREATHES_AFTER: Final = 2_000


def count(paths: Iterable[Path], breathe: Callable[[], object], without: Collection[str] = ()) -> Sheet:
    """All decisions in these segments, but for those of `without`: people who are erased. `breathe` is called between
    parts: what it raises ends the work.
    """
    counting = Counting(without)
    for path in paths:
        breathe()
        for number, one in enumerate(decisions_of(path, 0, with_facts=True), 1):
            if number % _BREATHES_AFTER == 0:
                breathe()
            counting.take(one)
        counting.segment_is_over()
    return counting.sheet()


def standing_of(device: Device, now: Instant) -> Standing:
    """What a device is at an instant."""
    if not device.known or not device.id:
        return Standing.UNKNOWN
    if device.binding <= 0 or 0 < device.bound_until <= now:
        return Standing.UNBOUND
    if device.compliance != COMPLIANT:
        return Standing.UNHEALTHY
    return Standing.STALE if 0 < device.fades_at <= now else Standing.HEALTHY


class _Is(msgspec.Struct, frozen=True):
    known: bool = False


class _Who(msgspec.Struct, frozen=True):
    is_workload: bool = False


class _Proved(msgspec.Struct, frozen=True):
    strength: int = 0
    by_token: bool = False


class _Labelled(msgspec.Struct, frozen=True):
    label: int = 0


@dataclass(slots=True)
class _Look:
    """What facts say. `strength` is None where no person asked. `device` is None, and `label` 0, where what is said of
    them can't be read. `of` are the facts themselves: while they are held, nothing else has their place in memory.
    """

    of: WrittenFacts | None
    strength: int | None = UNRECORDED
    unknown: tuple[str, ...] = (NOT_KEPT,)
    is_workload: bool = False
    label: int = 0
    device: Device | None = None
    alike: bytes = b""


class Counting:
    """What decisions come to, one after the other."""

    def __init__(self, without: Collection[str] = ()) -> None:
        self._without = frozenset(without)
        self._adding = Adding()
        self._looks: dict[int, _Look] = {}
        self._nouns = [sharing(_Is, lambda one: bool(one.known)) for _ in ASKED_ABOUT]
        self._person: Callable[[msgspec.Raw], _Who] = sharing(_Who, lambda one: one)
        self._auth: Callable[[msgspec.Raw], _Proved] = sharing(_Proved, lambda one: one)
        self._app: Callable[[msgspec.Raw], _Labelled] = sharing(_Labelled, lambda one: one)
        self._device: Callable[[msgspec.Raw], Device] = sharing(Device, lambda one: one)
        self._document: Callable[[msgspec.Raw], _Labelled | None] = sharing(_Labelled | None, lambda one: one)

    def sheet(self) -> Sheet:
        return self._adding.sheet()

    def segment_is_over(self) -> None:
        """Forget the facts of a segment: each holds those of its own decisions."""
        self._looks.clear()

    def take(self, one: PastDecision) -> None:
        if one.actor in self._without:
            return
        used = (one.app, one.request.action, one.effect, one.reasons, one.revision)
        self._adding.use(one.actor, used, one.count, one.now)
        look = self._looks.get(id(one.facts))
        if look is None:
            look = self._looks[id(one.facts)] = self._looked(one.facts)
        self._signed_in(one, look)
        self._opened(one, look)

    def _signed_in(self, one: PastDecision, look: _Look) -> None:
        """Of people alone, without break-glass and without signing in itself."""
        if not one.actor or look.strength is None or Named.BREAK_GLASS in one.reasons:
            return
        if one.app == LIMEN and one.request.action == "sign_in":
            return
        if one.effect == Effect.PERMIT:
            self._adding.permits[one.app, look.strength] += one.count
        self._adding.unknown[one.app, look.unknown] += one.count

    def _opened(self, one: PastDecision, look: _Look) -> None:
        """Of people alone: workloads sit at no device."""
        if look.is_workload or (one.reasons and one.reasons[0] in _BY_LIMEN):
            return
        standing, action = _standing(one, look), one.request.action
        is_readable = look.of is None or look.device is not None
        if one.effect == Effect.PERMIT:
            self._adding.opened[one.actor, (one.app, action, look.label, standing.name)] += one.count
            if one.actor and is_readable:
                self._attempt(one, PERMITTED)
        elif one.effect == Effect.DENY and one.actor and look.device is not None and standing is not Standing.HEALTHY:
            self._refused(one, look)

    def _refused(self, one: PastDecision, look: _Look) -> None:
        request = one.request
        asked = msgspec.json.encode((one.app, request.action, request.method, request.route, request.host))
        name = sha256(asked + look.alike).hexdigest()[:32]
        refused = self._adding.refused
        before = refused.get((one.actor, name))
        if before is None and len(refused) >= MOST_REFUSED:
            self._adding.is_whole = False
            return
        if look.of is not None and (before is None or one.now < before.now):
            refused[one.actor, name] = Refused(one.app, request, one.now, msgspec.json.encode(look.of))
        self._attempt(one, name)

    def _attempt(self, one: PastDecision, name: str) -> None:
        self._adding.attempts.setdefault((one.actor, one.app, one.request.action), []).append((one.now, name))

    def _looked(self, facts: WrittenFacts | None) -> _Look:
        look = _Look(facts)
        if facts is None:
            return look
        try:
            look.strength, look.unknown = self._proved(facts)
        except msgspec.DecodeError:
            look.strength, look.unknown = UNRECORDED, (NOT_KEPT,)
        try:
            look.is_workload = self._person(facts.person).is_workload
            document = self._document(facts.document)
            label = max(self._app(facts.app).label, document.label if document is not None else 0)
            look.label, look.device = label, self._device(facts.device)
        except msgspec.DecodeError:  # `verify` tells of it
            look.label, look.device = 0, None
        look.alike = sha256(b"\n".join(map(bytes, (facts.person, facts.auth, facts.device, facts.place)))).digest()
        return look

    def _proved(self, facts: WrittenFacts) -> tuple[int | None, tuple[str, ...]]:
        """How much was proved, None where no person asked; and what was not known."""
        auth = self._auth(facts.auth)
        if auth.by_token or self._person(facts.person).is_workload:
            return None, ()
        raw = (facts.device, facts.place, facts.risk)
        known = zip(ASKED_ABOUT, self._nouns, raw, strict=True)
        return auth.strength, tuple(name for name, read, noun in known if not read(noun))


def _standing(one: PastDecision, look: _Look) -> Standing:
    if look.device is None:
        return Standing.UNRECORDED
    device = replace(look.device, seen_at=one.device_seen_at) if one.device_seen_at else look.device
    return standing_of(device, one.now)
