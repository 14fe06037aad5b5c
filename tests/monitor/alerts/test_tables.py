from __future__ import annotations

from limen.credentials import is_secret
from limen.monitor.alerts.tables import TABLES
from limen.storage.tables import words_of


def test_what_is_about_people_is_found_by_its_column_and_has_a_name() -> None:
    about_people = [table for table in TABLES if "person_id" in table.c]
    assert [table.name for table in about_people] == ["findings", "alerts"]
    assert all(words_of(table.name) != (table.name, table.name) for table in about_people)
    assert not any(is_secret(column) for table in TABLES for column in table.c)
