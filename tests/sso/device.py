"""A device of Harbor's without a browser, and the person who types its code."""

from __future__ import annotations

from typing import Any

from tests.sso.client import Grafana
from tests.web.conftest import Browser, House

from limen.clock import SECOND
from limen.sso.oidc.devices import INTERVAL_SECONDS
from limen.sso.oidc.protocol import DEVICE


def desk(house: House) -> Grafana:
    return Grafana(house, id="desk", back="example.harbor.desk:/back")


async def begun(app: Grafana) -> dict[str, Any]:
    answered = await app.post("/oidc/device", scope="openid email")
    assert answered.status_code == 200, answered.text
    return dict(answered.json())


async def polled(app: Grafana, code: str) -> dict[str, Any]:
    app.house.clock.forward(INTERVAL_SECONDS * SECOND)
    return dict((await app.post("/oidc/token", grant_type=DEVICE, device_code=code)).json())


async def agreed(browser: Browser, code: str, answer: str = "agree") -> str:
    await browser.get("/device")
    page = await browser.post("/device", code=code)
    assert page.status_code == 200, page.text
    return (await browser.post("/device/answer", code=code, answer=answer)).text
