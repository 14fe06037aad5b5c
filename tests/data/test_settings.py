from __future__ import annotations

import pytest
from pydantic import ValidationError

from limen.data.settings import DataSettings, Period, SealingSettings


def test_nothing_listens_or_is_watched_unless_it_is_said() -> None:
    settings = DataSettings()
    assert (settings.icap, settings.milter, settings.shares, settings.unencrypted) == ("", "", {}, False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"icap": "localhost:1344"},
        {"icap": ":1344"},
        {"milter": "127.0.0.1"},
        {"proxies": ["not an address"]},
        {"mail_domains": ["Harbor Example"]},
        {"shares": {"a/b": "/srv"}},
        {"shares": {"": "/srv"}},
        {"shares": {f"s{number}": "/srv" for number in range(65)}},
        {"other": 1},
    ],
)
def test_what_is_no_setting(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        DataSettings.model_validate(wrong)


def test_unsaid_a_key_seals_a_year_and_waits_three_days() -> None:
    said = DataSettings().sealing
    assert (said.period, said.keys, said.wait_hours, said.recovery) == (Period.YEAR, "database", 72, ())


@pytest.mark.parametrize("wrong", [{"period": "day"}, {"wait_hours": 0}, {"keys": "x" * 301}, {"recovery": ["a"] * 9}])
def test_what_can_not_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SealingSettings.model_validate(wrong)


def test_domains_of_ones_own_are_said_once() -> None:
    settings = DataSettings(mail_domains=("harbor.test", "harbor.example"))
    assert settings.own_domains("Harbor.example") == ("harbor.example", "harbor.test")
