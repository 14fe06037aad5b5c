"""The console's page of shared signals."""

from __future__ import annotations

import re

from tests.sso.shared_signals.at_receivers import AtReceivers
from tests.sso.shared_signals.conftest import signals, there
from tests.web.conftest import Browser

from limen.sso.shared_signals.store import Status

__all__ = ["signals", "there"]
AT = "/console/signals"


async def administrator(signals: AtReceivers) -> Browser:
    ada = signals.house.browser()
    await signals.house.administrator(ada)
    await ada.get(AT)
    return ada


async def test_a_token_is_shown_once_and_opens_until_it_is_ended(signals: AtReceivers) -> None:
    ada = await administrator(signals)
    made = await ada.post(f"{AT}/token", receiver="watch")
    found = re.search(r">([A-Za-z0-9_-]{43})<", made.text)
    assert found is not None
    watch = signals.caller_with(found[1])
    stream = await watch.stream()
    page = (await ada.get(AT)).text
    assert {found[1] in page, stream["stream_id"] not in page, 'id="grafana"' not in page} == {False}
    (token,) = set(re.findall(r'name="token" value="([^"]+)"', page))
    assert (await ada.post(f"{AT}/end-token", token=token)).status_code == 303
    assert (await watch.ask("GET", "/ssf/streams")).status_code == 401


async def test_a_stream_is_verified_paused_enabled_and_ended(signals: AtReceivers) -> None:
    _, stream = await signals.pushed()
    ada, which = await administrator(signals), {"stream": stream["stream_id"]}
    states = []
    for task in ("verify", "pause", "enable", "end"):
        assert (await ada.post(f"{AT}/{task}", **which)).status_code == 303
        states.append(held.status if (held := signals.streams().get("grafana")) else None)
    assert states == [Status.ENABLED, Status.PAUSED, Status.ENABLED, None]
    for task in ("verify", "pause", "enable", "end", "end-token", "token"):
        answer = await ada.post(f"{AT}/{task}", token="gt_no", receiver="no", **which)
        assert (answer.status_code, "data-problem" in answer.text) == (400, True), task


async def test_it_says_why_a_stream_fails_and_shows_no_secret(signals: AtReceivers) -> None:
    grafana, stream = await signals.pushed()
    signals.there.always = (503, {}, b"")
    await signals.let_go(await signals.person("oscar"))
    await signals.told()
    page = (await (await administrator(signals)).get(AT)).text
    assert ("HTTP 503" in page, stream["stream_id"] in page, grafana.token in page) == (True, True, False)
