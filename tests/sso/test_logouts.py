"""Apps are told of sign-outs, at once and until they hear it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from tests.sso.client import Grafana, written
from tests.web.conftest import Browser, House, move_in

from limen.clock import SECOND
from limen.facts import App, Upstream
from limen.facts.oidc_client import OidcClient
from limen.sso import sign_ins
from limen.sso.logouts import AT_ONE_APP, Logouts, Notice
from limen.sso.oidc import store
from limen.sso.oidc.logout_token import EVENT
from limen.sso.tries import PAUSES


class Told(ThreadingHTTPServer):
    """An app that listens for sign-outs, and answers with `status`."""

    tokens: list[str]
    status: int = 200


class Handler(BaseHTTPRequestHandler):
    server: Told

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        self.server.tokens += parse_qs(body)["logout_token"]
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def listening() -> Iterator[Told]:
    server = Told(("127.0.0.1", 0), Handler)
    server.tokens = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
async def house(tmp_path: Path, listening: Told) -> AsyncIterator[House]:
    def with_listener(folder: Path) -> None:
        written(folder)
        apps = folder / "apps.yaml"
        there = f"http://localhost:{listening.server_address[1]}/out"
        apps.write_text(
            apps.read_text().replace(
                "    groups: {staff: V", f"    backchannel_logout_uri: {there}\n    groups: {{staff: V"
            )
        )

    async with AsyncExitStack() as closing:
        yield await move_in(closing, tmp_path / "harbor", with_listener)


async def until(told: Told, count: int) -> None:
    for _ in range(100):
        if len(told.tokens) >= count:
            return
        await asyncio.sleep(0.05)


async def test_the_app_is_told_within_a_second(house: House, mia: Browser, grafana: Grafana, listening: Told) -> None:
    signed_in = await grafana.claims((await grafana.tokens(mia))["id_token"])
    await house.limen.identity.sessions.revoke_person(house.id_of("mia@harbor.example"), by="")
    await until(listening, 1)
    told = await grafana.claims(listening.tokens[0])
    assert (told["sid"], told["sub"], told["aud"]) == (signed_in["sid"], signed_in["sub"], "grafana")
    assert (told["events"], "nonce" in told) == ({EVENT: {}}, False)
    await asyncio.sleep(0.5)
    assert [event.outcome for event in house.events("sso.sign_out_told")] == ["success"]


async def test_it_is_told_again_until_it_hears_and_not_for_ever(
    house: House, mia: Browser, grafana: Grafana, listening: Told
) -> None:
    listening.status = 503
    await grafana.tokens(mia)
    logouts = house.limen.core.offers.take(Logouts)
    await house.limen.identity.sessions.revoke_person(house.id_of("mia@harbor.example"), by="")
    for tries, pause in enumerate(PAUSES, 1):
        await until(listening, tries)
        await asyncio.sleep(0.1)
        house.clock.forward(pause + SECOND)
        await logouts.work()
    await until(listening, len(PAUSES) + 1)
    for _ in range(20):
        if house.events("sso.sign_out_told"):
            break
        await asyncio.sleep(0.1)
    assert [event.outcome for event in house.events("sso.sign_out_told")] == ["failure"]
    left = await house.limen.database.reading(lambda s: sign_ins.due_logouts(s.connection, 1 << 60, 9))
    assert left == []


async def test_an_app_that_never_answers_holds_up_no_other(house: House, mia: Browser) -> None:
    logouts, asked, answered = house.limen.core.offers.take(Logouts), [], asyncio.Event()

    async def post(notice: Notice) -> bool:
        asked.append(notice.uri)
        if "dead" in notice.uri:
            await answered.wait()
        return True

    logouts._post = post
    for number in range(AT_ONE_APP * 20):
        await end_a_sign_in(house, f"g_dead{number}", "dead")
    await end_a_sign_in(house, "g_alive", "alive")
    logouts._has_changed = True
    await logouts.work()
    await asyncio.sleep(0.05)
    assert 1 <= asked.count("https://dead.example/out") <= AT_ONE_APP
    assert asked.count("https://alive.example/out") == 1
    answered.set()


async def end_a_sign_in(house: House, sign_in_id: str, app: str) -> None:
    known = house.limen.known
    if app not in known.apps:
        client = OidcClient((f"https://{app}.example/",), backchannel_logout_uri=f"https://{app}.example/out")
        known.apps[app] = App(app, app, "", Upstream(""), oidc=client)
    now = house.clock.now()
    sign_in = sign_ins.AppSignIn(sign_in_id, app, "p_x", "s_x", "openid", now)
    await house.limen.database.writing(lambda t: store.add_sign_in(t.connection, sign_in))
    await house.limen.database.writing(lambda t: sign_ins.end(t.connection, [sign_in_id], now))


async def test_a_sign_out_at_the_app_signs_out_everywhere(house: House, mia: Browser, grafana: Grafana) -> None:
    tokens = await grafana.tokens(mia)
    way = (
        f"/oidc/sign-out?id_token_hint={tokens['id_token']}&post_logout_redirect_uri=https://grafana.harbor.example/bye"
    )
    await mia.get(way)
    done = await mia.post(
        "/oidc/sign-out",
        id_token_hint=tokens["id_token"],
        post_logout_redirect_uri="https://grafana.harbor.example/bye",
        state="s1",
    )
    assert 'href="https://grafana.harbor.example/bye?state=s1"' in done.text
    assert (await mia.get("/")).headers["location"].startswith("/sign-in")
    assert (await grafana.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
