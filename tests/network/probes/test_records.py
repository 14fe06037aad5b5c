from __future__ import annotations

import pytest
from tests.network.probes.test_model import DENIED, MEANT

from limen.events import Event
from limen.network.probes.model import Result
from limen.network.probes.records import KIND, record_of, results_of


def test_what_is_kept_reads_back_as_it_was() -> None:
    results = [Result("db", DENIED, "through", 7), Result("db", MEANT, "silent", 7, ("core",))]
    record = record_of(results)
    assert (record["count"], record["came_through"]) == (2, 1)
    assert results_of(Event(at=7, kind=KIND, details={"firewall": "db", **record})) == results


@pytest.mark.parametrize("said", ["", "7", "[7]", "[[]]", "[" * 5_000, "{}"])
def test_what_cannot_be_read_is_nothing(said: str) -> None:
    assert results_of(Event(at=7, kind=KIND, details={"firewall": "db", "results": said})) == []
