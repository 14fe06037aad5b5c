"""Attacks with a sign-in that is under way while the service that vouches for it says that it is over there.

Whoever holds back an answer of the service, and posts it after the sign-ins were ended, would be in for hours.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.sso.issuer import FakeIssuer, entry, harbor_with, leaves, returns, signs_in, way_on
from tests.sso.shared_signals.receiving.harbor import ALL_OF_IT, house, mia, okta, there
from tests.sso.shared_signals.receiving.people import elsewhere, is_in
from tests.sso.shared_signals.receiving.transmitting import (
    CAEP,
    RISC,
    Outside,
    account,
    declared,
    email,
    streams_made,
    written,
)
from tests.web.conftest import Browser, House

from limen.clock import HOUR, SECOND

__all__ = ["house", "mia", "okta", "there"]
REVOKED = f"{CAEP}session-revoked"
WEAKER = f"{CAEP}assurance-level-change"
_SESSION = {"format": "complex", "session": {"format": "opaque", "id": "sid-9"}}


def _about(name: str, there: FakeIssuer) -> tuple[str, Any, dict[str, Any]]:
    """An event that means Mia's sign-ins there, by each way in which one may be named."""
    less = {"namespace": "NIST-AAL", "current_level": "1", "previous_level": "2", "change_direction": "decrease"}
    return {
        "account": (REVOKED, account(there), {}),
        "address": (REVOKED, email("mia@harbor.example"), {}),
        "session": (REVOKED, _SESSION, {}),
        "compromised": (f"{RISC}credential-compromise", account(there), {"credential_type": "password"}),
        "weaker": (WEAKER, account(there), less),
    }[name]


async def _held(browser: Browser, there: FakeIssuer, **claims: Any) -> dict[str, str]:
    """The service's answer to a sign-in of this browser, which is not posted yet: it was issued at this second."""
    there.claims = {"iat": there.now, "exp": there.now + 300, "auth_time": there.now, "sid": "sid-9", **claims}
    return there.authorize(await leaves(browser))


def _was_refused(answered: httpx2.Response, house: House) -> None:
    assert answered.status_code == 403, answered.headers.get("location")
    assert [one.reason for one in house.events("sign_in.failed")] == ["over-at-issuer"]


@pytest.mark.parametrize("named", ["account", "address", "session", "compromised", "weaker"])
async def test_an_answer_that_was_held_back_opens_nothing_once_it_is_over_there(
    named: str, house: House, okta: Outside, mia: Browser, there: FakeIssuer
) -> None:
    thief = house.browser()
    held = await _held(thief, there)
    house.clock.forward(20 * SECOND)
    await okta.tells(*_about(named, there))
    house.clock.forward(5 * SECOND)
    _was_refused(await returns(thief, held), house)
    assert not await is_in(thief)
    there.claims = {}
    assert await is_in(await elsewhere(house, there))  # whoever signs in there since then is in


async def test_nobody_proves_it_is_them_by_an_answer_from_before(
    house: House, okta: Outside, mia: Browser, there: FakeIssuer
) -> None:
    there.claims = {"amr": ["mfa"]}
    page = await mia.post("/step-up/with/there", app="limen", to="/passkeys")
    held = there.authorize(way_on(page))
    there.claims |= {"iat": there.now, "auth_time": there.now}
    house.clock.forward(20 * SECOND)
    await okta.tells(REVOKED, account(there))
    _was_refused(await returns(mia, held), house)


async def test_the_first_sign_in_of_a_new_account_is_not_passed_over(
    tmp_path: Path, okta: Outside, there: FakeIssuer
) -> None:
    """Nobody here is linked to it yet, so the event means nobody; a moment later it would mean somebody."""
    there.person = {"sub": "new-there", "email": "new@harbor.example", "email_verified": True, "name": "New"}
    creating = entry(there, more="    accounts: created\n    groups: [staff]\n")
    async with AsyncExitStack() as closing:
        text = declared(okta, ALL_OF_IT)
        also = lambda folder: written(folder, text)  # noqa: E731 -- what the folder has besides
        house = await harbor_with(closing, tmp_path / "harbor", [there], creating, also=also)
        await streams_made(house, okta)
        thief = house.browser()
        held = await _held(thief, there)
        house.clock.forward(20 * SECOND)
        await okta.tells(f"{RISC}account-disabled", account(there, "new-there"), {"reason": "hijacking"})
        house.clock.forward(SECOND)
        _was_refused(await returns(thief, held), house)
        there.claims = {}
        assert (await signs_in(thief, there)).status_code == 303


@pytest.mark.parametrize("claims", [{}, {"sub": None, "sid": "sid-9"}, {"sid": "sid-9"}])
async def test_signing_out_there_counts_for_what_is_under_way(
    claims: dict[str, Any], house: House, mia: Browser, there: FakeIssuer
) -> None:
    """Back-channel logout: the service says it of a session that nobody has here yet."""
    thief = house.browser()
    held = await _held(thief, there)
    house.clock.forward(20 * SECOND)
    sent = {"logout_token": there.logout_token(**claims)}
    answered = await house.browser().client.post("/sign-in/signed-out-elsewhere", data=sent)
    assert answered.status_code == 200
    house.clock.forward(SECOND)
    _was_refused(await returns(thief, held), house)


async def test_a_clock_that_is_ahead_there_leaves_no_gap(
    house: House, okta: Outside, mia: Browser, there: FakeIssuer
) -> None:
    """What is over there is over by that clock, whatever ours says."""
    thief, ahead = house.browser(), there.now + 40
    held = await _held(thief, there, iat=ahead - 5)
    event = {"event_timestamp": ahead}
    await okta.tells(REVOKED, account(there), event, iat=ahead)
    house.clock.forward(SECOND)
    _was_refused(await returns(thief, held), house)


async def test_a_sign_in_from_before_the_clock_was_set_back_ends_as_well(
    house: House, okta: Outside, mia: Browser, there: FakeIssuer
) -> None:
    other = await elsewhere(house, there)
    house.clock.forward(-HOUR)
    await okta.tells(REVOKED, account(there))
    assert not await is_in(other)
