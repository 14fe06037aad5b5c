from __future__ import annotations

from limen.credentials import Stays
from limen.enforcement.radius.credentials import CREDENTIALS
from limen.enforcement.radius.store import TABLES


def test_each_table_has_a_kind_and_a_session_hangs_on_its_decision() -> None:
    kinds = {kind.name: kind for kind in CREDENTIALS}
    assert {kind.table for kind in CREDENTIALS} == {table.name for table in TABLES}
    assert isinstance(kinds["radius_sessions"].deactivated, Stays)
    assert not isinstance(kinds["radius_sessions"].erased, Stays)
