"""A service that shares signals with Limen gets around a limit, writes without end, or has its word lost."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from tests.sso.issuer import FakeIssuer, entry, harbor_with, links
from tests.sso.shared_signals.receiving.harbor import ALL_OF_IT, house, mia, okta, there
from tests.sso.shared_signals.receiving.people import elsewhere, is_in, status_of
from tests.sso.shared_signals.receiving.transmitting import (
    CAEP,
    Outside,
    account,
    asks,
    counts_of,
    declared,
    email,
    stream_of,
    streams_made,
    streams_of,
    transmitter_of,
    written,
)
from tests.web.conftest import Browser, House

from limen.clock import HOUR
from limen.facts import Issuer
from limen.sso.shared_signals.receiving import receiver, store
from limen.sso.shared_signals.receiving.store import DisabledElsewhere
from limen.sso.shared_signals.receiving.transmitter import Transmitters

__all__ = ["house", "mia", "okta", "there"]
REVOKED = f"{CAEP}session-revoked"


def now_declared(house: House, **other: object) -> None:
    """The service's entry says this from now on."""
    one = replace(transmitter_of(house), **other)  # type: ignore[arg-type]
    house.limen.known.set_rules(Transmitters, Transmitters((one,)))


async def test_words_about_strangers_are_counted_and_do_not_fill_the_journal(house: House, okta: Outside) -> None:
    for number in range(receiver.TOLD_AT_ONCE + 10):
        await okta.tells(REVOKED, email(f"p{number}@elsewhere.example"))
        await okta.tells(REVOKED, email(f"p{number}@harbor.example"))
    assert counts_of(house, "unknown") == dict.fromkeys(("not-its-own", "nobody"), receiver.TOLD_AT_ONCE + 10)
    for kind in ("received_signal.not_its_own", "received_signal.unknown"):
        assert len(house.events(kind)) == receiver.TOLD_AT_ONCE
    house.clock.forward(HOUR)
    await okta.tells(REVOKED, email("p@elsewhere.example"))
    assert len(house.events("received_signal.not_its_own")) == receiver.TOLD_AT_ONCE + 1


async def test_nobody_is_said_to_be_suspended_who_is_not(house: House, okta: Outside) -> None:
    """Whoever waited has got a role meanwhile, so the account stays: it is said, and goes on waiting."""
    ada = house.browser()
    ada_id = await house.administrator(ada)
    waits = DisabledElsewhere("okta", ada_id, house.clock.now(), store.ASKED_ABOUT, "okta: account-disabled")
    house.limen.database.write(lambda t: store.keep_disabled(t.connection, waits))
    assert "data-problem" not in (await ada.get("/console/signals-received")).text
    answered = await ada.post("/console/signals-received/disable", transmitter="okta", person=ada_id)
    assert (answered.status_code, "data-problem" in answered.text) == (400, True)
    assert status_of(house, "ada@harbor.example") == "active"
    assert house.events("received_signal.answered") == []
    found = house.limen.database.read(lambda s: store.disabled(s.connection, "okta", ada_id))
    assert found == waits


async def test_each_sign_in_service_is_asked_by_what_it_requires_itself(
    tmp_path: Path, there: FakeIssuer, okta: Outside
) -> None:
    """What another one requires of the same claim does not stand in its place."""
    async with AsyncExitStack() as closing:
        names, text = entry(there, more="    require: {hd: harbor.example}\n"), declared(okta, ALL_OF_IT)
        house = await harbor_with(
            closing, tmp_path / "harbor", [there], names, also=lambda folder: written(folder, text)
        )
        await streams_made(house, okta)
        there.claims = {"hd": "harbor.example"}
        mia = house.browser()
        await house.member(mia, "Mia", "staff")
        await links(mia, there)
        known, wants = house.limen.known, (("hd", "branch.example"),)
        branch = Issuer("zz-branch", "Branch", "https://branch.example", "limen", required=wants)
        known.issuers = {**known.issuers, branch.id: branch}
        now_declared(house, upstreams=("there", "zz-branch"))
        other, change = await elsewhere(house, there), f"{CAEP}token-claims-change"
        await okta.tells(change, account(there), {"claims": {"hd": ["x.example", "harbor.example"]}})
        assert await is_in(other)  # one of several is enough, as when somebody signs in
        await okta.tells(change, account(there), {"claims": {"hd": "branch.example"}})
        assert not await is_in(other)


@pytest.mark.parametrize("status", [403, 500])
async def test_a_change_that_the_service_refuses_leaves_what_it_sends_with(
    house: House, okta: Outside, mia: Browser, there: FakeIssuer, status: int
) -> None:
    """Else all that it tells is refused until it takes the change, which may be never."""
    other, before = await elsewhere(house, there), stream_of(house).push_hash
    okta.answers["/streams"] = lambda handler: handler.reply(status, {})  # type: ignore[attr-defined]
    now_declared(house, events=frozenset({REVOKED}))
    await asks(house)
    assert stream_of(house).asked.error != ""
    assert stream_of(house).push_hash == before
    await okta.tells(REVOKED, account(there))
    assert not await is_in(other)


async def test_no_stream_is_given_up_before_it_is_known_what_is_declared(house: House, okta: Outside) -> None:
    house.limen.known.set_rules(Transmitters, None)
    house.clock.forward(HOUR)
    await streams_of(house).ask_due()
    assert stream_of(house).stream_id == okta.stream["stream_id"] != ""
