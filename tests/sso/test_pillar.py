"""Single sign-on as a part."""

from __future__ import annotations

from tests.sso.client import Grafana
from tests.web.conftest import Browser, House

from limen.sso.oidc import store
from limen.sso.pillar import PILLAR


async def test_what_it_declares_is_taken_in(house: House) -> None:
    declared = PILLAR.declarations()
    assert {kind.name.partition(".")[0] for kind in declared.events} == {"sso"}
    assert {table.name.partition("_")[0] for table in declared.tables} == {"oidc"}
    assert PILLAR.is_optional


async def test_a_restore_ends_every_sign_in_at_an_app(house: House, mia: Browser, grafana: Grafana) -> None:
    token = (await grafana.tokens(mia))["refresh_token"]
    ended = await house.limen.database.writing(lambda t: PILLAR.end_at_restore(t, house.clock.now()))
    assert ended == {"sign-ins at apps": 1}
    assert (await grafana.refresh(token)).json()["error"] == "invalid_grant"
    assert await house.limen.database.reading(lambda s: store.open_grants(s.connection)) == []
