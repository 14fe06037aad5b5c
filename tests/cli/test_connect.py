"""`limen connect`: the page of a connection, opened in the browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.test_main import leave

LIMEN = "https://limen.harbor.example"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_it_opens_the_page_of_the_app(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    assert leave("connect", "erp-desktop", "--limen", LIMEN) == 0
    assert leave("connect", "erp-desktop", "--no-browser") == 0
    assert opened == [f"{LIMEN}/network/connect?app=erp-desktop"]
    assert opened[0] in capsys.readouterr().out


@pytest.mark.parametrize("app", ["a b", "x&to=//evil.example", "../x", "É"])
def test_what_is_no_app_goes_nowhere(app: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webbrowser.open", lambda _address: pytest.fail("nothing may open"))
    assert leave("connect", app, "--limen", LIMEN) == 2


def test_where_limen_is_has_to_be_known() -> None:
    assert leave("connect", "erp-desktop") == 1
    assert leave("connect", "erp-desktop", "--limen", "http://limen.harbor.example") == 1
