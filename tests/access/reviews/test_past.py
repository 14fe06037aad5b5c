"""What the journal knows of use and of groups, read from disk."""

from __future__ import annotations

from tests.access.at_harbor import AtHarbor, Colleague

from limen.access.reviews.past import NOTHING_KNOWN, past_of
from limen.clock import DAY
from limen.pillar import Decider


async def test_what_was_permitted_counts_and_who_put_somebody_into_a_group(harbor: AtHarbor, farid: Colleague) -> None:
    house = harbor.house
    limen = house.limen
    await limen.identity.people.set_groups(farid.id, ["staff", "sales", "choir"], by="p_ada")
    crm, payroll = limen.known.apps["crm"], limen.known.apps["payroll"]
    decide = limen.core.offers.take(Decider).decide
    for app in (crm, crm, payroll):
        decide(limen.known.facts(farid.session, app, "203.0.113.7"), "view")
    await limen.journal.settled()
    limen.journal.flush()
    past = past_of(limen.journal.reader, house.clock.now())
    assert past.used[farid.id, "crm", "view"].count == 2
    assert (farid.id, "payroll", "view") not in past.used
    assert past.joined[farid.id, "choir"][0] == "p_ada"
    assert (farid.id, "crm", "view") not in past_of(limen.journal.reader, house.clock.now() + 91 * DAY).used
    assert (NOTHING_KNOWN.used, NOTHING_KNOWN.joined) == ({}, {})
