"""I9: sign-ins at Limen and at other providers."""

from __future__ import annotations

from dataclasses import replace

from tests.roadmap.identity.test_two_factors import sign_in, with_sign_ins

from limen.roadmap.evidence import Evidence
from limen.roadmap.identity.imported import Imported, WeakSignIn
from limen.roadmap.identity.providers import no_log
from limen.roadmap.identity.weak_sign_ins import CONTROL

STRONG = with_sign_ins(sign_in("p_ada", 3), sign_in("p_ben", 2))


def imported(evidence: Evidence, found: Imported) -> Evidence:
    return replace(evidence, identity=replace(evidence.identity, imported=(found,)))


def test_it_is_met_where_none_was_weak_here_or_there() -> None:
    assert CONTROL.measured(STRONG).is_met
    found = CONTROL.measured(imported(STRONG, Imported("okta", total=40)))
    assert (found.is_met, found.grade.word, found.parts[1].denominator) == (True, "imported", 40)


def test_one_weak_sign_in_misses_it() -> None:
    here = CONTROL.measured(with_sign_ins(sign_in("p_ada", 3), sign_in("p_ben", 1, "password")))
    assert (here.is_met, [one.id for one in here.parts[0].misses]) == (False, ["p_ben password"])
    weak = WeakSignIn("u1", "ben@harbor.example", "p_ben", "mail", "with a text message")
    there = CONTROL.measured(imported(STRONG, Imported("okta", total=40, weak_total=3, weak=(weak,))))
    assert (there.is_met, there.parts[1].numerator, there.parts[1].denominator) == (False, 37, 40)


def test_it_is_unknown_where_a_source_is_silent() -> None:
    assert CONTROL.measured(with_sign_ins(is_whole=False)).grade.word == "unknown"
    found = CONTROL.measured(imported(STRONG, Imported("okta", missing=no_log("okta"))))
    assert (found.is_met, found.missing) == (False, (no_log("okta"),))
