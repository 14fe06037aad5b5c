# ruff: noqa: F401, F811 -- fixtures are imported by name, and tests take them by the same name
"""A token's secret, looked for wherever a whole Limen could have put it: the disk, pages, `why`, and what it says."""

from __future__ import annotations

import logging
import re
from base64 import b64encode
from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.web.conftest import Browser, House, browser, house


async def test_the_secret_is_nowhere_but_in_the_one_answer_that_shows_it(
    house: House, browser: Browser, tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await house.member(browser, "Mia", "staff", "finance")
    await browser.get("/tokens/new?app=wiki")
    made = await browser.post("/tokens/new", app="wiki", actions="view", days="30", name="laptop")
    secret = re.findall(r"limen_app_[0-9A-Za-z]{49}", made.text)[0]
    basic = b64encode(f"mia:{secret}".encode()).decode()
    pieces = (secret, secret[10:], basic[8:80])

    answers = []
    for app, method, field in (
        ("wiki", "GET", f"Bearer {secret}"),  # permitted, and then the app does not answer
        ("wiki", "POST", f"Basic {basic}"),
        ("payroll", "GET", f"Bearer {secret}"),
        ("wiki", "GET", f"Bearer {secret}x"),
        ("wiki", "GET", f"Token {secret}"),
    ):
        there = house.browser(f"https://{house.limen.known.apps[app].host}")
        headers = {"authorization": field, "user-agent": "a-script/1"}
        path = f"/a?token={secret}" if not answers else "/a"
        answers.append(await there.client.request(method, path, headers=headers))
    assert [answer.status_code for answer in answers] == [502, 403, 403, 401, 401]
    ada = house.browser()
    await house.administrator(ada)
    decided = house.limen.journal.recent(500, lambda event: event.decision is not None)
    token_id = next(iter(house.limen.known.tokens))
    about = [event.id for event in decided if event.session == token_id or "token-unknown" in event.decision.reasons]
    assert len(about) >= 3
    paths = ["/console", "/console/apps/wiki", "/console/decisions", *[f"/console/decisions/{one}" for one in about]]
    answers += [await ada.get(path) for path in paths] + [await browser.get(path) for path in ("/tokens", "/records")]
    assert not any(piece in answer.text + repr(answer.headers) for piece in pieces for answer in answers)

    house.limen.journal.flush()
    await house.limen.identity.keep_up()
    capsys.readouterr()
    folder = str(tmp_path / "harbor")
    asked = 0
    for one in about:
        code = leave("why", one, folder, "--json")
        assert code == leave("why", one, folder)
        asked += code == 0
    assert leave("token", "list", folder) == 0
    said = capsys.readouterr()
    assert 1 <= asked < len(about)
    assert "no policy made this decision: The token doesn't cover this" in said.err
    assert token_id in said.out
    logged = "".join(record.getMessage() for record in caplog.records if not record.name.startswith("httpx"))
    assert not any(piece in said.out + said.err + logged for piece in pieces)
    kept = contents_of(tmp_path)
    assert any(token_id.encode() in text for text in kept.values())
    assert not [path for path, text in kept.items() if any(piece.encode() in text for piece in pieces)]


def contents_of(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
