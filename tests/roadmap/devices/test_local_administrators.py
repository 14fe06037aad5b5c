"""D10, met, missed by one, and unknown."""

from __future__ import annotations

import pytest
from tests.devices.seen import NOW
from tests.roadmap.devices.harbor_devices import SEEN, Changes, browser, harbor, laptop, misses

from limen.clock import DAY
from limen.devices.model import Held, Reason
from limen.roadmap.devices.local_administrators import CONTROL
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Grade


def of(*names: str, count: int = 0) -> Changes:
    return {"administrators": {"count": count or len(names), "names": names}}


@pytest.mark.parametrize("ben", [laptop("ben"), laptop("ben", of("Ada"))])
def test_it_is_met_where_only_others_administer(ben: Held) -> None:
    found = CONTROL.measured(harbor((laptop("ada"), ben)))
    assert (found.is_met, found.grade, found.parts[0].denominator) == (True, Grade.MEASURED, 2)


@pytest.mark.parametrize(
    "ben",
    [
        laptop("ben", of("ben")),
        laptop("ben", of("ada", "somebody")),
        laptop("ben", of("ada", count=2)),
        laptop("ben", at=NOW - DAY),
        laptop("ben", {"administrators": Reason.DENIED}),
    ],
)
def test_it_misses_by_one(ben: Held) -> None:
    found = CONTROL.measured(harbor((laptop("ada"), ben)))
    assert (found.is_met, misses(found)) == (False, ["p_ben"])


def test_every_computer_of_a_person_counts() -> None:
    found = CONTROL.measured(harbor(browsers=(*SEEN, browser("ada", system="windows"), browser("ben", system="ipad"))))
    assert (misses(found), found.parts[0].denominator) == (["p_ada"], 2)


def test_it_is_unknown_where_a_source_is_silent() -> None:
    for evidence in (Evidence(at=1), harbor(browsers=())):
        assert CONTROL.measured(evidence).grade is Grade.UNKNOWN
