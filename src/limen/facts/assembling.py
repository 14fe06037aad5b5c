"""Putting together what is known of one request, from rows that are in memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from limen.clock import Instant
from limen.facts.app import App
from limen.facts.facts import Facts, Plain
from limen.facts.nouns import ANYBODY, UNKNOWN_DEVICE, UNKNOWN_RISK, Device, Place, Risk, Session, worse_risk
from limen.facts.tables import Subject

if TYPE_CHECKING:
    from limen.facts.fact_store import FactStore

OVER: Final[Instant] = 1
"""Until when a session was bound to its device that is used in a browser where it is not: a proof there would tell."""


def assemble(known: FactStore, session: Session | None, app: App, address: str) -> Facts:
    """The facts of a request of this session (None: nobody) to this app from this address."""
    place = known.place(address)
    if session is None:
        return Facts(app=app, place=place, risk=known.unsaid_risk, more=_learned(known, ("place", place.address)))
    root = known.root_of(session) or session
    person_id, device_id = session.person_id, root.device_id
    device = known.devices.get(device_id) or known.synthetic_devices.get(device_id) or UNKNOWN_DEVICE
    is_there = session is root or session.binding or not root.binding  # else it was opened in another browser
    until = root.bound_until if is_there else OVER
    if device.known and (device.binding, device.bound_until) != (root.binding, until):
        device = replace(device, binding=root.binding, bound_until=until)
    risks = (known.risk_of(person_id), _risk_of_device(known, device_id), *_risks_of(known, session, root))
    return Facts(
        app=app,
        person=known.principal(person_id) or ANYBODY,
        auth=root.auth,
        session=session,
        device=device,
        place=place,
        risk=worse_risk(*risks),
        grants=known.grants.get(person_id, ()),
        more=_learned_of_all(known, session, root, device_id, place),
    )


def on_device(known: FactStore, facts: Facts, device: Device) -> Facts:
    """These facts, as those of a request that is known to come from this device."""
    if facts.session is None:
        return facts
    root = known.root_of(facts.session) or facts.session
    more = _learned_of_all(known, facts.session, root, device.id, facts.place)
    return replace(facts, device=device, risk=worse_risk(facts.risk, _risk_of_device(known, device.id)), more=more)


def untied(facts: Facts) -> Facts:
    """These facts, as those of a request that came without what ties its session to its device."""
    return replace(facts, device=replace(facts.device, bound_until=OVER))


def _risk_of_device(known: FactStore, device_id: str) -> Risk:
    """What sensors and detections say of a device."""
    by_sensors = known.device_risks.get(device_id, UNKNOWN_RISK)
    return worse_risk(by_sensors, known.detected_device_risks.get(device_id, UNKNOWN_RISK))


def _risks_of(known: FactStore, *sessions: Session) -> Iterable[Risk]:
    return [known.session_risks.get(session.id, UNKNOWN_RISK) for session in sessions]


def _learned_of_all(
    known: FactStore, session: Session, root: Session, device_id: str, place: Place
) -> tuple[tuple[str, Plain], ...]:
    """What was learned of everything that a request of this session depends on."""
    return _learned(
        known,
        ("person", session.person_id),
        ("device", device_id),
        ("session", root.id),
        ("session", session.id),
        ("place", place.address),
    )


def _learned(known: FactStore, *subjects: Subject) -> tuple[tuple[str, Plain], ...]:
    """What was learned of these subjects, by path; of a sign-in, it holds for what depends on it as well."""
    if not known.learned:
        return ()
    found: dict[str, Plain] = {}
    for subject in subjects:
        found |= known.learned.of(subject)
    return tuple(sorted(found.items()))
