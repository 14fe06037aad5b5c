"""What commands keep of what Limen allowed, and whom they believe."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.sealing import LIMEN, Confirming, browser, root, salaries

from limen.cli import sealing_here
from limen.clock import DAY
from limen.data.sealing.errors import SealedError
from limen.errors import LimenError
from limen.facts import Label

__all__ = ["browser", "root", "salaries"]


def test_what_was_allowed_is_used_until_it_ends(browser: Confirming, monkeypatch: pytest.MonkeyPatch) -> None:
    said, private = sealing_here.allowed(Label.INTERNAL, LIMEN, opens_browser=True)
    again, same = sealing_here.allowed(Label.INTERNAL, "", opens_browser=True)
    assert (again, same.private_bytes_raw()) == (said, private.private_bytes_raw())
    assert sealing_here.verifying() == list(said.verifying)
    sealing_here.allowed(Label.CONFIDENTIAL, "", opens_browser=True)  # another label, another key
    assert browser.asked == ["/data/seal"] * 2
    real = sealing_here.time.time_ns
    monkeypatch.setattr("limen.cli.sealing_here.time.time_ns", lambda: real() + DAY * 1_000_000)
    sealing_here.allowed(Label.INTERNAL, "", opens_browser=True)
    assert browser.asked == ["/data/seal"] * 3


def test_a_key_whose_certificate_is_over_is_kept_no_longer(
    browser: Confirming, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever finds it signs as of when it was good, and nobody sees by what it says that it was later."""
    for label in (Label.INTERNAL, Label.CONFIDENTIAL):
        sealing_here.allowed(label, LIMEN, opens_browser=True)
    kept = sealing_here.state_folder() / "sealing"
    assert len(list(kept.iterdir())) == 2
    real = sealing_here.time.time_ns
    monkeypatch.setattr("limen.cli.sealing_here.time.time_ns", lambda: real() + DAY * 1_000_000)
    sealing_here.allowed(Label.RESTRICTED, LIMEN, opens_browser=True)
    assert [one.name for one in kept.iterdir()] == ["restricted.json"]


def test_what_is_kept_is_no_better_than_what_is_asked(browser: Confirming) -> None:
    sealing_here.allowed(Label.INTERNAL, LIMEN, opens_browser=True)
    kept = next((sealing_here.state_folder() / "sealing").iterdir())
    assert kept.stat().st_mode & 0o777 == 0o600
    kept.write_text("{}")
    sealing_here.allowed(Label.INTERNAL, LIMEN, opens_browser=True)
    sealing_here.allowed(Label.INTERNAL, "https://limen.other.example", opens_browser=True)
    assert browser.asked == ["/data/seal"] * 3


@pytest.mark.parametrize("other", [{"said": "e30"}, {"said": "x"}])
def test_what_is_no_answer_is_refused(browser: Confirming, other: dict[str, str]) -> None:
    browser.other = other
    with pytest.raises(SealedError):
        sealing_here.allowed(Label.INTERNAL, LIMEN, opens_browser=True)


def test_nobody_who_confirms_and_a_stranger_who_does(browser: Confirming, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limen.cli.sealing_here.WAITS_SECONDS", 0.5)
    browser.other = {"state": "x" * 32}
    for opens in (True, False):
        with pytest.raises(LimenError):
            sealing_here.allowed(Label.INTERNAL, LIMEN, opens_browser=opens)


def test_without_having_asked_nothing_verifies(root: Path) -> None:
    assert root.is_dir()
    assert sealing_here.verifying() == []
