"""Findings in a real Limen: events as data protection notes them."""

from __future__ import annotations

from tests.web.conftest import House

from limen.data.findings.model import FOUND
from limen.data.findings.service import Findings
from limen.events import Event


def note(house: House, person: str, **details: str | bool) -> str:
    """Something that was found; its event's id."""
    said = {"channel": "upload", "app": "wiki", "kinds": "Payment card number", "rules": "cards", "step": "warn"}
    why = str(details.pop("why", ""))
    event = Event(
        at=house.clock.now(), kind=FOUND, actor=person, reason=why, details={**said, "passed": False, **details}
    )
    made = house.limen.journal.record(event)
    house.limen.journal.flush()
    return made


def findings_of(house: House) -> Findings:
    return house.limen.core.offers.take(Findings)
