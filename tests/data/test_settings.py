from __future__ import annotations

import pytest
from pydantic import ValidationError

from limen.data.settings import DataSettings


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
