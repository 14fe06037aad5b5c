"""What an app is told of a sign-out, by its own keys. That it is told, `tests/sso/test_logouts.py` shows."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs

from tests.sso.client import Grafana
from tests.web.conftest import House

from limen.sso.oidc.logout_token import EVENT, notices
from limen.sso.oidc.provider import Provider
from limen.sso.sign_ins import AppSignIn


async def test_an_app_with_an_address_for_it_gets_a_token_of_its_own(house: House, grafana: Grafana) -> None:
    core = house.limen.core
    notice_of = notices(core, core.offers.take(Provider))
    sign_in, app = AppSignIn("g_1", "grafana", "p_mia", "s_1", "openid", 10), house.limen.known.apps["grafana"]
    assert notice_of(sign_in, app) is None
    assert app.oidc is not None
    told = replace(app, oidc=replace(app.oidc, backchannel_logout_uri="https://grafana.harbor.example/out"))
    notice = notice_of(sign_in, told)
    assert notice is not None
    claims = await grafana.claims(parse_qs(notice.body.decode())["logout_token"][0])
    assert (claims["sid"], claims["aud"], claims["events"]) == ("g_1", "grafana", {EVENT: {}})
    assert [notice.is_heard(status, b"") for status in (200, 204, 302, 500)] == [True, True, False, False]
