"""The search itself, in this process: over nothing at all, and within its limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from limen.monitor.search.answer import BUCKETS, Asked
from limen.monitor.search.process import search
from limen.storage.errors import AskedTooMuchError


def test_where_nothing_was_kept_yet_nothing_is_found(tmp_path: Path) -> None:
    (tmp_path / "journal").mkdir()
    asked = Asked(
        events=str(tmp_path / "events"), journal=str(tmp_path / "journal"), sql="true", values={}, since=0, until=9
    )
    found = search(asked)
    assert (found.rows, found.total, found.buckets) == ([], 0, [0] * BUCKETS)
    assert not (tmp_path / "events").exists()  # it would be its maker's, and not the server's
    asked.seconds = 0.000_1
    asked.sql = "(select count(*) from range(10000000) a, range(1000) b where a.range * b.range % 7 = 3) > 0"
    with pytest.raises(AskedTooMuchError):
        search(asked)
