"""`limen connect`: the page of a connection, opened in the browser."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from threading import Thread
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import urlopen

import pytest
from tests.cli.test_main import leave

LIMEN = "https://limen.harbor.example"
UNTIL = 1_800_000_000_000


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_it_opens_the_page_of_the_app(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    assert leave("connect", "erp-desktop", "--no-wait", "--limen", LIMEN) == 0
    assert leave("connect", "erp-desktop", "--no-wait", "--no-browser") == 0
    assert opened == [f"{LIMEN}/network/connect?app=erp-desktop"]
    assert opened[0] in capsys.readouterr().out


def test_it_waits_until_it_is_open_and_says_until_when(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def browse(address: str) -> None:
        asked = parse_qs(urlsplit(address).query)
        here = f"http://127.0.0.1:{asked['port'][0]}/?"

        def answer() -> None:
            for state, until in (("x" * 32, 1), (asked["state"][0], UNTIL)):
                with suppress(HTTPError):
                    urlopen(here + urlencode({"state": state, "until": until}), timeout=60)

        Thread(target=answer, daemon=True).start()

    monkeypatch.setattr("webbrowser.open", browse)
    assert leave("connect", "erp-desktop", "--limen", LIMEN) == 0
    assert "2027-01-1" in capsys.readouterr().out


def test_nobody_who_presses_is_said_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limen.cli.connect.WAITS_SECONDS", 0.2)
    assert leave("connect", "erp-desktop", "--no-browser", "--limen", LIMEN) == 1


@pytest.mark.parametrize("app", ["a b", "x&to=//evil.example", "../x", "É"])
def test_what_is_no_app_goes_nowhere(app: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webbrowser.open", lambda _address: pytest.fail("nothing may open"))
    assert leave("connect", app, "--limen", LIMEN) == 2


def test_where_limen_is_has_to_be_known() -> None:
    assert leave("connect", "erp-desktop") == 1
    assert leave("connect", "erp-desktop", "--limen", "http://limen.harbor.example") == 1
