"""What findings add to Limen's lists."""

from __future__ import annotations

from limen.data.findings.declared import CREDENTIALS, KINDS, TABLES


def test_each_table_that_holds_a_digest_says_how_it_ends():
    assert {one.table for one in CREDENTIALS} < {table.name for table in TABLES}
    assert KINDS
