from __future__ import annotations

from limen.importing.conditions import InGroup, Strength
from limen.importing.keycloak.answers import expected_of
from limen.importing.model import Access, App, Person

MARA = Person("mara", "Mara", "mara@harbor.example")


def _app(*access: Access, **more: object) -> App:
    return App("client:x", "X", access, **more)  # type: ignore[arg-type]


def test_everybody_gets_in_as_strongly_as_the_flow_asked_for() -> None:
    found = list(expected_of(_app(Access(Strength(2), "X", "So.")), [MARA]))
    assert [(one.strength, one.is_permitted) for one in found] == [(1, False), (2, True)]
    assert [one.strength for one in expected_of(_app(Access(Strength(1), "X", "So.")), [MARA])] == [1]


def test_an_app_of_some_people_or_paths_has_no_such_test() -> None:
    assert not list(expected_of(_app(Access(InGroup("a"), "X", "So.")), [MARA]))
    assert not list(expected_of(_app(Access(Strength(1), "X", "So."), patterns=("/a",)), [MARA]))
    assert not list(expected_of(_app(Access(Strength(1), "X", "So.")), []))
