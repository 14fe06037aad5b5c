from __future__ import annotations

from limen.events.headings import APP_FILTERS, PERSON_FILTERS
from limen.events.kinds import app_filters, families, person_filters


def test_each_heading_has_kinds_and_each_filter_its_own_name() -> None:
    assert all(families().values())
    for filters, first in ((person_filters(), PERSON_FILTERS), (app_filters(), APP_FILTERS)):
        assert tuple(filters)[: len(first)] == first
        assert all(filters.values()), "a filter of nothing would show everything"
        assert len({heading.name for heading in filters}) == len(filters)
