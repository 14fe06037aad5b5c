"""I3: administrators always, all others as a rule."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.roadmap.people import member

from limen.facts import Factor
from limen.identity.model import ADMINISTRATORS
from limen.identity.past_sign_ins import PastSignIn, PastSignIns
from limen.roadmap.evidence import Evidence
from limen.roadmap.identity.evidence import IdentityEvidence
from limen.roadmap.identity.phishing_resistant import CONTROL

ADA = member("Ada", Factor.PASSKEY, groups=("staff", ADMINISTRATORS))
PEOPLE = (ADA, *(member(name, Factor.PASSKEY, Factor.PASSWORD) for name in ("Ben", "Cy", "Di", "Eve")))


def signed_in(**strengths: tuple[int, ...]) -> Evidence:
    rows = [
        PastSignIn(f"e_{name}_{at}", at, f"p_{name}", strength, ())
        for name, several in strengths.items()
        for at, strength in enumerate(several)
    ]
    return Evidence(at=9, members=PEOPLE, identity=IdentityEvidence(sign_ins=PastSignIns(0, 9, tuple(rows))))


def test_it_is_met_where_four_of_five_do_as_a_rule_and_administrators_always() -> None:
    found = CONTROL.measured(signed_in(ada=(3, 3), ben=(3,), cy=(3, 3, 2), di=(3,), eve=(2,)))
    assert (found.is_met, [one.share for one in found.parts]) == (True, [1.0, 0.8])


@pytest.mark.parametrize(
    ("evidence", "shares"),
    [
        (signed_in(ada=(3, 2), ben=(3,), cy=(3,), di=(3,), eve=(3,)), [0.0, 0.8]),
        (signed_in(ada=(3,), ben=(3,), cy=(3,), di=(3, 2), eve=(2,)), [1.0, 0.6]),
        (signed_in(ada=(3,), ben=(3,), cy=(3,)), [1.0, 0.6]),
    ],
)
def test_it_misses_by_one(evidence: Evidence, shares: list[float]) -> None:
    found = CONTROL.measured(evidence)
    assert (found.is_met, [one.share for one in found.parts]) == (False, shares)


def test_who_has_nothing_but_passkeys_and_did_not_sign_in_counts_by_what_they_have() -> None:
    assert CONTROL.measured(signed_in(ben=(3,), cy=(3,), di=(3,))).parts[0].share == 1.0


def test_it_is_unknown_where_sign_ins_could_not_be_read_or_nobody_administers() -> None:
    whole = signed_in(ada=(3,))
    silent = replace(whole, identity=IdentityEvidence())
    assert CONTROL.measured(silent).grade.word == "unknown"
    assert CONTROL.measured(replace(whole, members=PEOPLE[1:])).is_met is False
