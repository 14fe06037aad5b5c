"""Parts are taken in whole or refused by name, and Limen starts and decides with any subset of the optional ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Column, MetaData, String, Table

import limen.app
from limen.declared import ClaimedTwiceError
from limen.pillar import Command, Declarations, FolderFile, Pillar
from limen.pillars import PILLARS, PillarError, changed_by_erasing, files, pillars, refuse_missing_tables, use, using
from limen.probes import store as probes
from limen.roadmap import store as roadmap
from limen.roadmap.counted import counts_store
from limen.settings import SECTIONS, Section, settings_model
from limen.storage import Database, metadata


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    use(PILLARS)


class Lamps(Section):
    """How lamps burn."""

    watts: int = 7
    """How bright each is."""


LAMPS = Pillar(name="lamps", declarations=lambda: Declarations(settings=Lamps))


def a_file(name: str) -> FolderFile[str]:
    return FolderFile(name, str, lambda _tree, _around: ("", []), lambda _old, _new: (), lambda _known, _value: None)


def test_every_table_there_is_belongs_to_one_part_or_to_limen_itself() -> None:
    assert limen.app.open_limen, "imported for its tables: whatever runs is imported by it"
    by_parts = [table.name for pillar in pillars() for table in pillar.declarations().tables]
    assert len(by_parts) == len(set(by_parts))
    own = {"changes", "journal_heads", "outbox", "keys", "mails", "revisions", "revision_texts"}
    own |= {table.name for table in (*roadmap.TABLES, *counts_store.TABLES, *probes.TABLES)}
    assert set(metadata.tables) == own | set(by_parts)


def test_a_part_brings_a_section_of_the_settings_and_takes_it_along_when_it_goes() -> None:
    use(PILLARS)  # what was there before any part was taken in is no part of this
    said, before = {"name": "Harbor", "domain": "harbor.example"}, settings_model()
    with using((*PILLARS, LAMPS)):
        settings = settings_model().model_validate({**said, "lamps": {"watts": 40}})
        assert settings.section(Lamps).watts == 40
        assert settings_model().model_validate(said).section(Lamps).watts == 7
    assert "lamps" not in SECTIONS.parts
    assert settings_model() is before


@pytest.mark.parametrize(
    ("chosen", "named"),
    [
        ((*PILLARS, LAMPS, LAMPS), ["lamps"]),
        ((*PILLARS, Pillar(name="No part!")), ["No part!"]),
        ((PILLARS[0],), [PILLARS[1].name]),
        ((*PILLARS, Pillar(name="mail", declarations=lambda: Declarations(settings=Lamps))), ["mail", "Limen itself"]),
        ((*PILLARS, Pillar(name="lamps", commands={"people": Command("x", "y")})), ["identity", "lamps", "people"]),
        (
            (
                *PILLARS,
                Pillar(name="lamps", declarations=lambda: Declarations(files=(a_file("lamps.yaml"),))),
                Pillar(name="lights", declarations=lambda: Declarations(files=(a_file("lamps.yaml"),))),
            ),
            ["lamps", "lights", "lamps.yaml"],
        ),
    ],
)
def test_what_cannot_be_taken_in_is_named_and_changes_nothing(chosen: tuple[Pillar, ...], named: list[str]) -> None:
    pillars()  # what they declare is taken over when they are first asked for
    before = dict(SECTIONS.parts), list(files())
    with pytest.raises((PillarError, ClaimedTwiceError)) as refused:
        use(chosen)
    assert all(word in str(refused.value) for word in named)
    assert pillars() == PILLARS
    assert (dict(SECTIONS.parts), list(files())) == before


def test_a_part_whose_declarations_break_is_named() -> None:
    def broken() -> Declarations:
        Table("people", metadata, Column("id", String(9)))
        raise AssertionError

    with pytest.raises(PillarError, match="lamps"):
        use((*PILLARS, Pillar(name="lamps", declarations=broken)))


def test_a_part_whose_table_the_database_lacks_is_named(tmp_path: Path) -> None:
    table = Table("lamps", MetaData(), Column("id", String(9)))
    database = Database.open(tmp_path / "limen.db")
    refuse_missing_tables(database)
    part = Pillar(name="lamps", declarations=lambda: Declarations(tables=(table,)))
    with using((*PILLARS, part)), pytest.raises(PillarError, match="lamps keeps rows in lamps"):
        refuse_missing_tables(database)
    database.close()


def test_changes_of_all_parts_are_announced_when_somebody_is_erased(tmp_path: Path) -> None:
    part = Pillar(name="lamps", changed_by_erasing=lambda _connection, person: [("lamp", person)])
    database = Database.open(tmp_path / "limen.db")
    with using((*PILLARS, part)):
        changes = database.read(lambda snapshot: changed_by_erasing(snapshot.connection, "p1"))
    assert changes == [("enrolled", "p1"), ("grants", "p1"), ("lamp", "p1")]
    database.close()
