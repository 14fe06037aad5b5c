"""What `limen.toml` may say."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from limen.settings import Settings


def test_a_name_and_a_domain_are_enough() -> None:
    settings = Settings(name="Harbor", domain="harbor.example")
    assert settings.public_url == "https://limen.harbor.example"
    assert str(settings.zone) == "UTC"


def test_the_sign_in_host_can_be_chosen() -> None:
    assert (
        Settings(name="H", domain="h.example", url="http://a.h.example:8080/").public_url == "http://a.h.example:8080"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"colour": "blue"},
        {"name": ""},
        {"domain": "Not A Domain"},
        {"sessions": {"idle_hours": 0}},
        {"listen": {"port": 1}},
        {"https": {"mode": "on"}},
        {"https": {"port": 0}},
        {"https": {"listen": ["limen.harbor.example"]}},
        {"help": {"contact": "x" * 301}},
    ],
)
def test_what_it_may_not_say_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({"name": "Harbor", "domain": "harbor.example", **wrong})


def test_https_is_off_until_it_is_asked_for() -> None:
    settings = Settings(name="Harbor", domain="harbor.example")
    assert not settings.https.is_on
    assert Settings.model_validate({**settings.model_dump(by_alias=True), "https": {"mode": "acme"}}).https.is_on
