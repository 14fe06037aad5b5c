from __future__ import annotations

from limen.cedar import PolicySet
from limen.importing.conditions import ALWAYS, AnyOf, FromCountries, HealthyDevice, InGroup, Not, Strength
from limen.importing.model import Mode, Requirement
from limen.importing.requirements_text import requirements_text

APPS = {"a": "wiki", "b": "crm"}


def _written(*several: Requirement) -> list[str]:
    return requirements_text(several, APPS, {"g": "sales"}, "Old", "old")


def test_whoever_is_meant_is_refused_in_these_apps_unless_something_holds() -> None:
    required = Requirement("1", "Two factors", InGroup("g"), ("a", "b"), (Strength(2), HealthyDevice()))
    (text,) = _written(required)
    (policy,) = PolicySet.parse(text)
    assert (policy.annotations["id"], policy.annotations["phase"], policy.effect) == (
        "old-two-factors",
        "devices",
        "forbid",
    )
    assert 'when { principal in Group::"sales" }' in text
    assert 'when { resource in [App::"crm", App::"wiki"] }' in text
    assert text.count("unless") == 2


def test_modes_phases_and_requirements_of_everybody() -> None:
    off = Requirement("1", "A", ALWAYS, ("a",), (AnyOf((FromCountries(("DE",)), Strength(3))),), Mode.OFF)
    nobody = Requirement("2", "B", ALWAYS, ("a",), (Not(InGroup("g")),), Mode.REPORT_ONLY)
    first, second = (next(iter(PolicySet.parse(text))).annotations for text in _written(off, nobody))
    assert (first["state"], first["phase"]) == ("off", "network")
    assert (second["state"], second["phase"]) == ("report-only", "identity")
    assert 'resource in App::"wiki"' in _written(off)[0]


def test_names_stay_apart_and_what_is_about_no_app_is_left_out() -> None:
    several = [Requirement(key, "Same", ALWAYS, ("a",), ()) for key in ("1", "2")]
    names = [next(iter(PolicySet.parse(text))).annotations["id"] for text in _written(*several)]
    assert len(set(names)) == 2
    assert _written(Requirement("3", "Elsewhere", ALWAYS, ("gone",), ())) == []


def test_titles_can_not_write_policies() -> None:
    hostile = Requirement("1", '"); permit (principal, action, resource); //\n@id("x', ALWAYS, ("a",), ())
    (policy,) = PolicySet.parse(_written(hostile)[0])
    assert policy.effect == "forbid"
