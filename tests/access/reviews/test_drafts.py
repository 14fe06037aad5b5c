from __future__ import annotations

from tests.access.reviews.made import REVIEW, row
from tests.policy.scene import engine_of

from limen.access.reviews.drafts import draft_of
from limen.access.reviews.model import Effect, Verdict, Way

WIDE = {"way": Way.POLICY, "by": "staff-read", "effect": Effect.PROPOSED}


def test_a_policy_for_each_person_and_app_of_what_policies_give() -> None:
    rows = [
        row(**WIDE, verdict=Verdict.REMOVE),
        row(**WIDE, verdict=Verdict.NARROW, restores="view", app="wiki", actions=("view", "edit")),
        row(effect=Effect.REMOVED, verdict=Verdict.REMOVE, person_id="greta"),
    ]
    engine = engine_of(draft_of(REVIEW, rows))
    assert {one.id: one.effect for one in engine.policies} == {"reviewed-rv_1-1": "forbid", "reviewed-rv_1-2": "forbid"}
    first, second = sorted(engine.policies, key=lambda one: one.id)
    assert [sorted(uid.id for uid in one.action.entities or ()) for one in (first, second)] == [
        ["edit", "view"],
        ["edit"],
    ]
    assert [uid.id for uid in second.resource.entities or ()] == ["wiki"]


def test_nothing_to_draft_is_nothing() -> None:
    assert draft_of(REVIEW, [row(verdict=Verdict.KEEP)]) == ""
    assert draft_of(REVIEW, [row(**WIDE, verdict=Verdict.NARROW, restores="view edit")]) == ""


def test_a_name_that_would_end_the_text_does_not() -> None:
    engine = engine_of(draft_of(REVIEW, [row(**WIDE, verdict=Verdict.REMOVE, app='x"); permit(principal')]))
    assert [one.effect for one in engine.policies] == ["forbid"]
