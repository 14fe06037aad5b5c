from __future__ import annotations

import pytest

from limen.user_agents import browser_of, system_of


@pytest.mark.parametrize(
    ("agent", "named"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/150.0 Safari/537.36 Edg/150.0", ("Edge", "windows")),
        ("Mozilla/5.0 (Linux; Android 16) Chrome/150.0 Mobile Safari/537.36", ("Chrome", "android")),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 20_0 like Mac OS X) Safari/604.1", ("Safari", "iphone")),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) Firefox/150.0", ("Firefox", "macos")),
        ("curl/8", ("", "")),
    ],
)
def test_what_a_browser_says_it_is(agent: str, named: tuple[str, str]) -> None:
    assert (browser_of(agent), system_of(agent)) == named
