"""A decision as the demo's page shows it: the question, the answer, the reasons and what would turn it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from limen.app import Limen
from limen.clock import Instant, Milliseconds
from limen.devices.projection import Projection
from limen.facts import LIMEN, Device
from limen.messages import Language, Words
from limen.policy.decision import Request
from limen.policy.wording import Audience, Names, factors_said, say
from limen.web.console.rows import person_name, titles_of
from limen.web.console.sentences import answered, doing


@dataclass(frozen=True, slots=True)
class Shown:
    """`asked` and `sentence` are the question and the answer, each in one sentence; `proved` how, `age` how long ago,
    `device` with what.

    `watched` are policies that only count so far and would have changed the answer. Where the policies alone would say
    something else (a session that was ended), `because` is empty and `reasons` name what Limen itself found.
    """

    id: str
    at: Instant
    asked: str
    sentence: str
    effect: str
    who: str
    proved: str
    age: Milliseconds | None
    place: str
    device: str
    action: str
    app: str
    label: str
    reasons: tuple[str, ...]
    because: tuple[str, ...]
    remedies: tuple[str, ...]
    watched: tuple[str, ...]
    micros: float


async def shown(limen: Limen, decision_id: str) -> Shown | None:
    """The decision of this id, taken up again from the journal; None where there is none."""
    if not decision_id:
        return None
    return await asyncio.to_thread(_shown, limen, decision_id)


def _shown(limen: Limen, decision_id: str) -> Shown | None:
    event = limen.journal.find(decision_id)
    facts = limen.journal.facts_of(event) if event is not None else None
    record = event.decision if event is not None else None
    if event is None or facts is None or record is None:
        return None
    engine, known = limen.in_force.engine, limen.known
    titles, words = titles_of(engine), Words(Language.ENGLISH, limen.settings.zone)
    name = person_name(known, event.actor) if event.actor else "someone who is not signed in"
    app = known.apps[record.app].name if record.app in known.apps else record.app
    facts = replace(facts, person=replace(facts.person, name=name))
    again = engine.explain(Request(record.action, record.method, record.route, record.host), facts, record.now).decision
    is_same = again.effect == record.effect
    said = say(engine, again, Audience.ADMINISTRATOR, words, Names(name, app, known.groups)) if is_same else None
    place = facts.place.network.replace("-", " ") or "none of Harbor's networks"
    return Shown(
        id=decision_id,
        at=record.now,
        asked=f"Can {name} {doing(record.action)} {app}?",
        sentence=f"{answered(name, record.action, app, record.effect)}.",
        effect=record.effect,
        who=name,
        proved=factors_said(facts, words) if facts.auth.strength else "nothing",
        age=record.now - facts.auth.at if facts.auth.strength else None,
        place=f"{facts.place.address}, {place}",
        device=_device(limen, facts.device, record.now),
        action=record.action.replace("_", " "),
        app=app,
        label="" if record.app == LIMEN else facts.app.label.word,
        reasons=tuple(titles.get(one, one) for one in record.reasons),
        because=tuple(one.sentence for one in said.because) if said else (),
        remedies=(*said.remedies, *([said.who_can] if said.who_can else [])) if said else (),
        watched=tuple(titles.get(one, one) for one in record.watched),
        micros=record.micros,
    )


def _device(limen: Limen, device: Device, at: Instant) -> str:
    """The device as it was known then: its name, and how it was."""
    if not device.known or (device.bound_until and at >= device.bound_until):
        return "unknown"
    held = limen.core.offers.take(Projection).held.get(device.id)
    has_faded = device.fades_at and at >= device.fades_at
    words = {"compliant": "healthy", "non_compliant": "not healthy"}
    health = "health unknown" if has_faded else words.get(device.compliance, "health unknown")
    return f"{held.device.name if held else device.id}, {health}"
