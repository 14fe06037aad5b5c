from __future__ import annotations

import pytest
from pydantic import ValidationError

from limen.data.sealing.settings import Period, SealingSettings
from limen.data.settings import DataSettings


def test_unsaid_a_key_seals_a_year_and_waits_three_days() -> None:
    said = DataSettings().sealing
    assert (said.period, said.keys, said.wait_hours, said.recovery) == (Period.YEAR, "database", 72, ())


@pytest.mark.parametrize("wrong", [{"period": "day"}, {"wait_hours": 0}, {"keys": "x" * 301}, {"recovery": ["a"] * 9}])
def test_what_can_not_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SealingSettings.model_validate(wrong)
