from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from limen.declared import ClaimedTwiceError
from limen.events import KINDS, Filter, Kind, KindError, UndeclaredKindWarning, declared, warn_if_undeclared
from limen.events.kinds import app_filters, families, person_filters
from limen.pillars import pillars

SOURCES = Path(__file__).parents[2] / "src" / "limen"


def test_each_kind_is_listed_under_its_name_and_in_one_family() -> None:
    assert all(kind.name == name for name, kind in KINDS.items())
    assert sorted(name for names in families().values() for name in names) == sorted(KINDS)


def test_what_must_survive_its_answer_is_waited_for() -> None:
    waited_for = {name for name, kind in KINDS.items() if kind.acknowledged}
    assert {"sign_in.succeeded", "session.revoked", "sessions.revoked", "revision.published"} <= waited_for
    assert "decision" not in waited_for


def test_one_name_is_declared_once() -> None:
    kind = KINDS["decision"]
    with pytest.raises(KindError, match="decision"):
        declared(kind, replace(kind, title="Something else"))
    with pytest.raises(ClaimedTwiceError, match="Limen itself and devices both declare the kind of event decision"):
        KINDS.compose({"devices": declared(kind)})


def test_two_parts_with_different_filters_of_one_name_are_both_named() -> None:
    def lost(title: str, part: str) -> dict[str, Kind]:
        topic = replace(KINDS["factor.added"].topic, filters=(Filter("devices", title),))
        return declared(Kind(f"{part}.lost", "Something was lost", topic, 5001, 3))

    with pytest.raises(KindError, match=r"devices and network declare different filters devices .* person"):
        KINDS.compose({"devices": lost("Devices", "devices"), "network": lost("Machines", "network")})
    assert "devices.lost" not in KINDS
    before = KINDS.parts
    KINDS.compose({"devices": lost("Devices", "devices"), "network": lost("Devices", "network")})
    try:
        assert person_filters()[Filter("devices", "Devices")] == ("devices.lost", "network.lost")
    finally:
        KINDS.compose(before)


def test_filters_show_the_kinds_that_name_them() -> None:
    of_person = {heading.name: kinds for heading, kinds in person_filters().items()}
    assert of_person["sign-ins"] == (
        *("sign_in.succeeded", "sign_in.failed", "sign_in.slowed", "step_up.succeeded", "break_glass.used"),
    )
    assert "person.enrolled" in of_person["factors"]
    assert "person.enrolled" in of_person["changes"]
    of_app = {heading.name: kinds for heading, kinds in app_filters().items()}
    own = ("request.refused", "request.cross_site", "upstream.failed", "stream.cut")
    assert of_app["failures"][: len(own)] == own, "parts add theirs behind them"


def recorded() -> Iterator[tuple[str, str]]:
    """Each kind that some source file names where it makes an event, and that file."""
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            for said in _kinds_in(node):
                names = (one.value for one in ast.walk(said) if isinstance(one, ast.Constant))
                yield from ((str(name), path.name) for name in names)


def _kinds_in(node: ast.AST) -> list[ast.expr]:
    """The kind in `Event(kind=...)`, and in `record(transaction, now, kind, ...)` of identity."""
    if not isinstance(node, ast.Call):
        return []
    called = getattr(node.func, "id", "")
    if called == "record":
        return node.args[2:3]
    return [word.value for word in node.keywords if called == "Event" and word.arg == "kind"]


def test_every_kind_that_is_recorded_is_declared() -> None:
    pillars()
    found = list(recorded())
    assert len(found) > 35
    assert [(name, file) for name, file in found if name not in KINDS] == []


def test_an_undeclared_kind_is_warned_of_by_name() -> None:
    warn_if_undeclared("decision")
    with pytest.raises(UndeclaredKindWarning, match=r"lamp\.lit"):  # an error by the tests' settings
        warn_if_undeclared("lamp.lit")
