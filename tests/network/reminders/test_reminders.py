"""Owners hear once of what is due, in one mail, and of nobody else's flows."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

from tests.access.at_harbor import AtHarbor, harbor, plain

from limen.clock import SECOND
from limen.network.model import Network
from limen.network.reminders.reminders import Reminders

__all__ = ["harbor"]


async def mails(at: AtHarbor, most: int) -> list[tuple[str, str]]:
    """To whom, and the text, of the mails about flows once so many have left."""
    outbox = at.house.limen.core.root / "data" / "outbox"
    found: list[tuple[str, str]] = []
    for _ in range(300):
        left = [message_from_bytes(file.read_bytes(), policy=default) for file in sorted(outbox.glob("*.eml"))]
        told = [(str(one["to"]), plain(one)) for one in left]
        found = [(to, text) for to, text in told if "(scanners)" in text or "(accounting)" in text]
        if len(found) >= most:
            break
        await asyncio.sleep(0.01)
    return found


async def test_owners_hear_once_of_what_is_due(harbor: AtHarbor) -> None:
    await harbor.colleague("Wanda", "staff", "warehouse")
    await harbor.colleague("Maren", "staff", "finance")
    await harbor.colleague("Oscar", "staff", "engineering")
    core, reminders = harbor.house.limen.core, Reminders(harbor.house.limen.core)
    network = core.known.rules_of(Network)
    assert network is not None
    soon = (datetime.fromtimestamp(core.clock.now() / SECOND, UTC) + timedelta(days=5)).date().isoformat()
    flows = [replace(one, review=soon) if one.id in {"scanners", "accounting"} else one for one in network.flows]
    core.known.set_rules(Network, replace(network, flows=tuple(flows)))
    await reminders.remind()
    found = dict(await mails(harbor, 2))
    assert found.keys() == {"wanda@harbor.example", "maren@harbor.example"}
    assert soon in found["wanda@harbor.example"]
    assert "(accounting)" not in found["wanda@harbor.example"]
    await reminders.remind()
    assert len(await mails(harbor, 2)) == 2
    await reminders.forget()
