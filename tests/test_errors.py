"""What is wrong, and what to do about it."""

from __future__ import annotations

from limen.errors import LimenError


def test_an_error_says_what_and_what_to_do() -> None:
    error = LimenError("port 8080 is taken", "choose another in limen.toml")
    assert str(error) == "port 8080 is taken; choose another in limen.toml"
    assert (error.what, error.fix) == ("port 8080 is taken", "choose another in limen.toml")
    assert str(LimenError("gone")) == "gone"
