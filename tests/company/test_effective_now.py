"""What a company's people may do, over its apps, Limen itself and the files that were sealed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.cli.access_folder import folder
from tests.policy.scene import NOW, app, engine_of

from limen.access import store
from limen.access.effective.doors import Door
from limen.access.effective.rows import Answer
from limen.access.model import HeldGrant
from limen.clock import HOUR
from limen.company.effective_now import effective_now, grants_now, once_enrolled, sealed_files, sealed_labels
from limen.facts import LIMEN, SEALED_FILES, ActionRule, Label, Person
from limen.storage import Database
from limen.storage.journal.usage import Use

__all__ = ["folder"]
ANA = Person("p_ana", "Ana", "", frozenset({"staff"}), active=True)
WIKI = replace(app(), rules=(ActionRule("view", frozenset(), "/**"),))
ITSELF = app(Label.RESTRICTED, LIMEN)
TEXT = """@id("all") permit (principal in Group::"staff", action == Action::"view", resource == App::"wiki");
@id("files") permit (principal, action == Action::"download", resource == App::"sealed-files")
  when { resource.sensitivity <= 1 };
@id("run") permit (principal in Group::"staff", action == Action::"audit", resource == App::"limen");"""


@pytest.fixture
def database(folder: Path) -> object:
    opened = Database.open(folder / "data" / "limen.db")
    yield opened
    opened.close()


def test_apps_roles_and_sealed_files_are_told_what_is_most_sensitive_first() -> None:
    found = effective_now(engine_of(TEXT), [ANA], [WIKI, ITSELF], NOW, sealed=[Label.INTERNAL, Label.RESTRICTED])
    opened = {(one.door, one.label): one.actions for one in found.of(ANA) if one.answer is not Answer.NEVER}
    assert opened == {
        (Door.CONSOLE, Label.RESTRICTED): ("audit",),
        (Door.WEB, Label.INTERNAL): ("view",),
        (Door.SEALED_FILES, Label.INTERNAL): ("download",),
    }
    shut = [(one.app, one.label) for one in found.of(ANA) if one.answer is Answer.NEVER]
    assert (SEALED_FILES, Label.RESTRICTED) in shut
    assert found.is_exact
    assert list(found.of_all([ANA])) == found.of(ANA)


def test_when_it_was_used_comes_from_what_was_decided() -> None:
    uses = [Use("p_ana", "wiki", "view", "permit", ("all",), "r1", 3, NOW - HOUR)]
    (one, *_) = effective_now(engine_of(TEXT), [ANA], [WIKI], NOW, uses=uses).of(ANA)
    assert one.last_used == NOW - HOUR


def test_grants_count_while_they_last_and_their_holder_is_who_asked(database: Database) -> None:
    def held(name: str, until: int, asked_as: tuple[str, ...]) -> HeldGrant:
        return HeldGrant(
            id=name,
            request_id=f"r{name}",
            person_id="p_ana",
            app="wiki",
            actions=("edit",),
            since=NOW - HOUR,
            until=until,
            rule="r",
            asked_as=asked_as,
        )

    for one in (held("g1", NOW + HOUR, ("staff",)), held("g2", NOW + HOUR, ("other",)), held("g3", NOW, ("staff",))):
        database.write(lambda t, one=one: store.add_grant(t.connection, one))
    found = database.read(lambda snapshot: grants_now(snapshot, [ANA], NOW))
    assert {person: [one.id for one in grants] for person, grants in found.items()} == {"p_ana": ["g1"]}
    assert database.read(lambda snapshot: grants_now(snapshot, [], NOW)) == {}


def test_no_keys_no_sealed_files(database: Database) -> None:
    assert database.read(sealed_labels) == frozenset()
    assert sealed_files(Label.PUBLIC).id == SEALED_FILES


def test_whoever_was_invited_is_looked_at_as_if_enrolled() -> None:
    assert once_enrolled(Person("p", "P")).active
