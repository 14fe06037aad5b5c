from __future__ import annotations

from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.stored import COLUMNS
from limen.storage.event_store.columns import Columns, Kind


def test_events_are_kept_in_the_columns_of_the_normal_form() -> None:
    assert [column.name for column in Columns.of(COLUMNS).all] == list(NormalEvent.__struct_fields__)
    kinds = {column.name: column.kind for column in COLUMNS}
    assert (kinds["user"], kinds["at"], kinds["fields"]) == (Kind.TEXT, Kind.NUMBER, Kind.JSON)
