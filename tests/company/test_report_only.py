from __future__ import annotations

from limen.company.report_only import report_only_effects, sentence
from limen.policy.decision import Request
from limen.storage.journal.past_decisions import PastDecision


def one(number: int, actor: str, policies: tuple[str, ...], count: int = 1) -> PastDecision:
    request = Request("view")
    return PastDecision(
        f"{number:024x}", count, actor, "permit", ("x",), policies, "r", "payroll", request, None, number
    )


def test_requests_and_people_are_counted_for_each_policy_by_itself() -> None:
    found = report_only_effects(
        [one(1, "p1", ("a",), 4), one(2, "p1", ("a", "b")), one(3, "p2", ("a",)), one(4, "p3", ()), one(5, "", ("b",))]
    )
    assert set(found) == {"a", "b"}
    assert (found["a"].requests, found["a"].people, found["a"].apps) == (6, {"p1": 5, "p2": 1}, {"payroll": 6})
    assert found["a"].examples == [f"{n:024x}-1" for n in (1, 2, 3)]
    assert sentence(found["a"], "forbid", 30) == "would have refused 6 requests by 2 people in the last 30 days"
    assert sentence(found["b"], "permit", 7) == "would have permitted 2 requests by 1 person in the last 7 days"


def test_nothing_and_nobody_are_said_as_such() -> None:
    assert sentence(None, "forbid", 30) == "would have refused no requests in the last 30 days"
    (found,) = report_only_effects([one(1, "", ("a",))]).values()
    assert sentence(found, "forbid", 30) == "would have refused 1 request by people not signed in in the last 30 days"
