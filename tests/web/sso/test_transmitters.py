"""The console's page of services that share signals with Limen."""

from __future__ import annotations

from tests.sso.shared_signals.receiving.harbor import house, mia, okta, there
from tests.sso.shared_signals.receiving.people import status_of
from tests.sso.shared_signals.receiving.transmitting import CAEP, Outside, email, new_key
from tests.web.conftest import Browser, House

from limen.sso.shared_signals.receiving import store
from limen.sso.shared_signals.receiving.store import DisabledElsewhere
from limen.sso.shared_signals.receiving.transmitter import Transmitters

__all__ = ["house", "mia", "okta", "there"]
AT = "/console/signals-received"


async def test_it_shows_how_each_does_and_does_what_is_decided(house: House, okta: Outside, mia: Browser) -> None:
    ada = house.browser()
    await house.administrator(ada)
    who = house.id_of("mia@harbor.example")
    await okta.tells(f"{CAEP}session-revoked", email("mia@elsewhere.example"))
    await okta.push(okta.signed(okta.claims(f"{CAEP}session-revoked", None), key=new_key()))
    waits = DisabledElsewhere("okta", who, house.clock.now(), store.ASKED_ABOUT, "okta: <b>account-disabled")
    house.limen.database.write(lambda t: store.keep_disabled(t.connection, waits))
    page = (await ada.get(AT)).text
    for shown in (
        okta.url,
        okta.stream["stream_id"],
        "/signals/from/okta",
        f'href="/console/people/{who}"',
        "&lt;b&gt;",
    ):
        assert shown in page, shown
    assert "<b>account" not in page
    answered = await ada.post(f"{AT}/disable", transmitter="okta", person=who)
    assert (answered.status_code, answered.headers["location"]) == (303, f"{AT}?done=disable")
    assert status_of(house, "mia@harbor.example") == "suspended"
    again = await ada.post(f"{AT}/keep", transmitter="okta", person=who)
    assert (again.status_code, again.headers["location"]) == (303, AT)
    assert status_of(house, "mia@harbor.example") == "suspended"
    house.limen.known.set_rules(Transmitters, Transmitters())
    assert "signals.yaml" in (await ada.get(AT)).text
