"""A past decision taken up again."""

from __future__ import annotations

from tests.web.conftest import Browser, House, ports_of

from limen.policy.decision import Effect
from limen.web.build import declared
from limen.web.portal.replayed_decision import past_decision
from limen.web.site import Site


def _site(house: House) -> Site:
    return Site(ports_of(house), declared())


async def test_a_decision_is_computed_again_from_what_was_kept(house: House, browser: Browser) -> None:
    mia = await house.member(browser, "Mia", "staff")
    there = await house.into(browser, "crm")
    refused = await there.get("/", **{"sec-fetch-mode": "cors"})
    past = await past_decision(_site(house), refused.json()["decision"])
    assert past is not None
    assert past.is_same
    assert (past.app.id, past.event.actor, past.request.action) == ("crm", mia, "view")
    assert past.explanation.decision.effect is Effect.DENY
    assert past.facts.person.name == "Mia"


async def test_it_does_not_wait_for_the_disk(house: House, browser: Browser) -> None:
    """The page is asked for the instant after the refusal: the decision may still be on its way to the journal."""
    await house.member(browser, "Mia", "staff")
    there = await house.into(browser, "crm")
    for _ in range(5):
        refused = await there.get("/", **{"sec-fetch-mode": "cors"})
        assert await past_decision(_site(house), refused.json()["decision"]) is not None


async def test_what_is_no_decision_is_none(house: House, browser: Browser) -> None:
    await house.member(browser, "Mia", "staff")
    signed_in = house.events("sign_in.succeeded")[0]
    for nothing in ("", "x", "01a20cc8aa9fc02812cacfe6-1", signed_in.id, "../../etc/passwd", "a" * 500):
        assert await past_decision(_site(house), nothing) is None
