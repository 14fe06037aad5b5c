from __future__ import annotations

from pathlib import Path

from limen.front.child import did_not_start, surroundings
from limen.front.places import Places


def test_none_of_our_secrets_are_handed_on() -> None:
    given = surroundings({"PATH": "/bin", "LIMEN_MASTER_KEY": "secret", "https_proxy": "http://p"}, Places(Path("/f")))
    assert given["PATH"] == "/bin"
    assert given["HTTPS_PROXY"] == "http://p"
    assert "secret" not in str(given)


def test_what_is_in_the_way_comes_with_what_to_do() -> None:
    assert "limen check" in did_not_start("anything").fix
