"""What single sign-on issued ends with whatever ends somebody's access."""

from __future__ import annotations

import pytest
from tests.sso.client import Grafana
from tests.sso.program import workload
from tests.web.conftest import Browser, House

from limen.clock import MINUTE
from limen.credentials import Cause, Ending, end
from limen.sso.oidc import store


@pytest.mark.parametrize("cause", [Cause.DEACTIVATED, Cause.SIGNED_OUT, Cause.STOLEN, Cause.RESTORED])
async def test_sign_ins_at_apps_end(house: House, mia: Browser, grafana: Grafana, cause: Cause) -> None:
    token = (await grafana.tokens(mia))["refresh_token"]
    holder = "" if cause is Cause.RESTORED else house.id_of("mia@harbor.example")
    ending = Ending(cause=cause, now=house.clock.now(), holder=holder)
    ended = await house.limen.database.writing(lambda t: end(t, ending))
    assert ended["sign_ins_at_apps"] == 1
    assert (await grafana.refresh(token)).json()["error"] == "invalid_grant"
    assert await house.limen.database.reading(lambda s: store.open_sign_ins(s.connection)) == []


@pytest.mark.parametrize(
    ("cause", "stays"),
    [(Cause.DEACTIVATED, False), (Cause.STOLEN, False), (Cause.SIGNED_OUT, True), (Cause.RESTORED, True)],
)
async def test_keys_and_sign_ins_of_workloads_end(house: House, grafana: Grafana, cause: Cause, stays: bool) -> None:
    batch, other = await workload(house), await workload(house, "other-batch")
    token, others = await batch.token(), await other.token()
    holder = "" if cause is Cause.RESTORED else batch.client_id
    ending = Ending(cause=cause, now=house.clock.now(), holder=holder)
    ended = await house.limen.database.writing(lambda t: end(t, ending))
    assert ended["sign_ins_of_workloads"] == (2 if cause is Cause.RESTORED else 1)
    assert await grafana.introspect(token) == {"active": False}
    assert (await grafana.introspect(others))["active"] is (cause is not Cause.RESTORED)
    house.clock.forward(MINUTE)  # what it proves counts by the minute
    assert (await batch.asks()).status_code == (200 if stays else 401)


async def test_another_persons_stay(house: House, mia: Browser, grafana: Grafana) -> None:
    token = (await grafana.tokens(mia))["refresh_token"]
    ending = Ending(cause=Cause.STOLEN, now=house.clock.now(), holder="p_somebody")
    await house.limen.database.writing(lambda t: end(t, ending))
    assert (await grafana.refresh(token)).status_code == 200
