"""The part as it stands in the list of parts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

from limen.data.inventory import kept_items
from limen.data.inventory.kept_items import Looked
from limen.data.inventory.model import Audience, Item, LookedInto
from limen.data.labels.kinds import LOWERED
from limen.data.links import kept_links
from limen.data.links.model import KeptLink, LinkState
from limen.data.pillar import PILLAR
from limen.data.settings import DataSettings
from limen.pillar import ErasedPerson, Installation
from limen.storage import Database


def test_it_brings_its_command() -> None:
    assert list(PILLAR.commands) == ["data", "seal", "open"]


def test_it_declares_what_happens_to_labels() -> None:
    assert LOWERED in [kind.name for kind in PILLAR.declarations().events]


def test_an_erasure_takes_documents_that_name_somebody_by_their_path(where: str) -> None:
    database = Database.open(where)
    named = Looked(Item("1", "cv/Mia Berger.pdf", 1, 1, "e"), looked=LookedInto())
    database.write(lambda t: kept_items.keep(t.connection, "share", 1, [named], 1))
    mia = ErasedPerson("p_mia", "Mia Berger", "mia@harbor.example", (("Tom Lang", "tom@harbor.example"),))
    assert list(database.write(lambda t: list(PILLAR.erase_names(t.connection, mia)))) == []
    assert database.read(lambda s: kept_items.number(s.connection, kept_items.Sought())) == 0
    database.close()


def test_an_erasure_ends_links_that_wait_for_somebody_and_forgets_what_their_documents_are_called(where: str) -> None:
    database = Database.open(where)
    link = KeptLink("dl_1", "team", "A", "a", "p", "A", "Mia Berger.txt", "1", Audience.ANYONE, (), "p_mia", "e1")
    link = replace(link, state=LinkState.WAITS, due_at=9)
    database.write(lambda t: kept_links.keep(t.connection, link))
    mia = ErasedPerson("p_mia", "Mia Berger", "mia@harbor.example")
    database.write(lambda t: list(PILLAR.erase_names(t.connection, mia)))
    (due,) = database.read(lambda s: kept_links.due(s.connection, "team", 2))
    assert (due.id, due.name, due.person_id) == ("dl_1", "", "")
    database.close()


def test_it_writes_to_shares_and_to_a_quarantine_that_is_elsewhere() -> None:
    settings = DataSettings(shares={"sales": Path("/srv/sales"), "own": Path("own")}, quarantine=Path("/srv/q"))
    here = Installation(Path("/srv/harbor"), SimpleNamespace(section=lambda _kind: settings))
    assert list(map(str, PILLAR.writes(here))) == ["/srv/sales", "/srv/harbor/own", "/srv/q"]
