from __future__ import annotations

import pytest

from limen.monitor.normal_form.kinds import KINDS
from limen.monitor.sources.asked_section import _NEEDS
from limen.monitor.sources.guides import guide


@pytest.mark.parametrize("kind", sorted(_NEEDS))
def test_every_kind_that_is_asked_has_one_with_its_own_name_in_it(kind: str) -> None:
    assert kind in KINDS
    assert guide(kind, "mine").count("secret mine") >= 1
    assert "NAME" not in guide(kind, "mine")


def test_others_have_none() -> None:
    assert guide("syslog", "mine") == ""
