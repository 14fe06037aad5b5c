"""D9: people who are refused for their device put it right themselves, and soon."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.clock import MINUTE, Milliseconds
from limen.roadmap.devices.past_access import Refusal
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Control, Grade, Part, Phase, Row

_AT_LEAST: Final = 0.7
_SOON: Final[Milliseconds] = 30 * MINUTE
_MEDIAN: Final = 0.5
_MISSING: Final = "Publish a company first: who is refused for their device is on record from then on."
_NOT_WHOLE: Final = "More refusals than can be looked at: find out in the journal why so many devices are refused."


def measure(evidence: Evidence) -> Iterator[Part]:
    past = evidence.devices.past
    missing = _MISSING if past is None else "" if past.is_whole else _NOT_WHOLE
    refusals = () if past is None else past.refusals
    yield Part(
        "refusals for a device that turned to a permit without help",
        tuple(_row(evidence, one, _why_not_alone(one)) for one in refusals),
        _AT_LEAST,
        grade=Grade.MEASURED,
        missing=missing,
    )
    yield Part(
        "refusals for a device that turned to a permit within 30 minutes",
        tuple(_row(evidence, one, _why_not_soon(one)) for one in refusals),
        _MEDIAN,
        grade=Grade.MEASURED,
        missing=missing,
    )


def _why_not_alone(one: Refusal) -> str:
    if not one.until:
        return "has not got in since"
    return "somebody else released the device, or ended what was said of it" if one.was_helped else ""


def _why_not_soon(one: Refusal) -> str:
    lasted = one.lasted_ms
    if lasted is None:
        return "has not got in since"
    return f"it took {lasted // MINUTE} minutes" if lasted > _SOON else ""


def _row(evidence: Evidence, one: Refusal, why: str) -> Row:
    person = next((each.person.name for each in evidence.members if each.person.id == one.actor), one.actor)
    app = evidence.apps[one.app].name if one.app in evidence.apps else one.app
    page = f"/console/people/{one.actor}"
    return Row(f"{one.actor} {one.app} {one.action} {one.at}", f"{person}: {app}", not why, why, page, is_personal=True)


CONTROL: Final = Control(
    id="D9",
    phase=Phase.DEVICES,
    title="People can fix it themselves",
    demands="Who is refused for their device gets in soon by following the steps that they are shown.",
    figure="refusals of the last 30 days for a device alone, after which the same person got in without help",
    closes="It is 70 % of them, and half of all within 30 minutes.",
    why="Rules that only a helpdesk can satisfy are switched off before long.",
    how="Write for each check in devices.yaml the steps that work in your company, and how long they take.",
    page="/console/devices/rules",
    minutes=60,
    is_must=False,
    weight=1,
    measure=measure,
)
