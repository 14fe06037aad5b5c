from __future__ import annotations

from limen.storage.tables import metadata


def test_every_constraint_has_a_name_so_that_migrations_can_speak_of_it() -> None:
    for table in metadata.tables.values():
        for constraint in table.constraints:
            assert constraint.name, f"{table.name}: {constraint}"


def test_numbers_in_sequences_are_never_used_again() -> None:
    for name in ("changes", "outbox"):
        assert metadata.tables[name].dialect_options["sqlite"]["autoincrement"] is True
