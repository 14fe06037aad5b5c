"""Where services send their tokens. What is taken, and what for, is tried beside the receiver."""

from __future__ import annotations

from tests.sso.shared_signals.receiving.harbor import house, okta, there
from tests.sso.shared_signals.receiving.transmitting import CAEP, Outside
from tests.web.conftest import House

from limen.sso.shared_signals.receiving.receiver import LONGEST

__all__ = ["house", "okta", "there"]


async def test_it_answers_as_the_standard_has_it(house: House, okta: Outside) -> None:
    taken = await okta.push(okta.token(f"{CAEP}session-revoked", None))
    assert (taken.status_code, taken.content) == (202, b"")
    refused = await okta.push("no token")
    assert (refused.status_code, refused.json().keys()) == (400, {"err", "description"})
    assert refused.headers["content-type"] == "application/json"
    assert (await okta.push("a" * (LONGEST + 1))).status_code == 413
    browser = house.browser()
    assert (await browser.client.get("/signals/from/okta")).status_code in {404, 405}
