"""What administrators do about services that share signals."""

from __future__ import annotations

import pytest
from tests.sso.issuer import FakeIssuer
from tests.sso.shared_signals.receiving.people import status_of
from tests.sso.shared_signals.receiving.transmitting import (
    CAEP,
    RISC,
    Outside,
    account,
    receiver_of,
    stream_of,
    transmitter_of,
)
from tests.web.conftest import Browser, House

from limen.clock import DAY, MINUTE
from limen.errors import LimenError
from limen.pillar import SignalledPeople
from limen.sso.shared_signals.receiving import administering, store
from limen.sso.shared_signals.receiving.administering import NothingWaitsError
from limen.sso.shared_signals.receiving.store import DisabledElsewhere
from limen.sso.shared_signals.receiving.transmitter import SignalTransmitter, Transmitters

DISABLED = f"{RISC}account-disabled"
MIA = "mia@harbor.example"


async def test_the_token_is_for_its_issuer_and_nobody_else(house: House, okta: Outside) -> None:
    core = house.limen.core

    def token(issuer: str) -> str:
        return house.limen.database.read(lambda s: store.ASKED.secret_of(s.connection, core.keyring, "okta", issuer))

    assert (token(okta.url) != "", token("https://evil.example")) == (True, "")
    assert house.events("received_signal.secret_kept")[0].details == {"transmitter": "okta"}


async def test_where_somebody_made_the_stream_by_hand_limen_makes_what_it_sends_with(
    house: House, okta: Outside, mia: Browser, there: FakeIssuer
) -> None:
    with pytest.raises(LimenError, match="makes the stream"):
        house.limen.database.write(lambda t: administering.make_push_token(t, transmitter_of(house), 0, by=""))
    by_hand = SignalTransmitter(
        "okta",
        okta.url,
        "okta",
        audience="limen at harbor",
        keys=f"{okta.url}/keys",
        upstreams=("there",),
        events=frozenset({f"{CAEP}session-revoked"}),
    )
    house.limen.known.set_rules(Transmitters, Transmitters((by_hand,)))
    made = house.limen.database.write(lambda t: administering.make_push_token(t, by_hand, 0, by=""))
    bearer = f"Bearer {made}"
    ours = okta.token(f"{CAEP}session-revoked", account(there), aud="limen at harbor")
    before = okta.token(f"{CAEP}session-revoked", account(there))
    assert (await okta.push(ours)).json()["err"] == "authentication_failed"
    assert (await okta.push(ours, authorization=bearer)).status_code == 202
    assert (await okta.push(before, authorization=bearer)).json()["err"] == "invalid_audience"
    assert stream_of(house).asked.error == ""


@pytest.mark.parametrize("is_disabled", [True, False])
async def test_an_administrator_answers_what_waits_once(
    house: House,
    okta: Outside,
    mia: Browser,
    there: FakeIssuer,
    is_disabled: bool,
) -> None:
    core, person_id = house.limen.core, house.id_of(MIA)
    now = core.clock.now()
    waits = DisabledElsewhere("okta", person_id, now, store.ASKED_ABOUT, "okta: account-disabled")
    house.limen.database.write(lambda t: store.keep_disabled(t.connection, waits))
    people = core.offers.take(SignalledPeople)

    async def answer(person: str) -> None:
        await core.write(
            lambda t: administering.answer(t, people, "okta", person, now, is_disabled=is_disabled, by="p_ada")
        )

    await answer(person_id)
    assert status_of(house, MIA) == ("suspended" if is_disabled else "active")
    for nobody in (person_id, "p_nobody"):
        with pytest.raises(NothingWaitsError):
            await answer(nobody)
    said = house.events("received_signal.answered")
    assert [(one.actor, one.subject, one.details["answer"]) for one in said] == [
        ("p_ada", person_id, "disabled" if is_disabled else "kept")
    ]
    taken = house.limen.database.read(lambda s: store.taken_since(s.connection, "okta", 0))
    assert taken == 0  # it is no decision of the service
    if not is_disabled:  # it stands until the service says so of a later time
        await okta.tells(DISABLED, account(there), {"event_timestamp": (now - MINUTE) // 1000})
        assert status_of(house, MIA) == "active"
        house.clock.forward(DAY)
        await okta.tells(DISABLED, account(there))
        assert status_of(house, MIA) == "suspended"
    assert receiver_of(house).declared.find("okta") is not None
