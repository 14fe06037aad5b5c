from __future__ import annotations

import json

from tests.golden import Expected

from limen.data.doors.judging import Verdict
from limen.data.doors.refusal import Refusal, page, problem
from limen.data.rules.model import Judged, Step


def refused(step: Step = Step.BLOCK, **more: object) -> Refusal:
    judged = Judged(step, ("no-cards",), kinds=("Payment card", "IBAN & <b>"))
    return Refusal(Verdict(judged, passes=False, event="e1", **more), "Ida <ida@harbor.example>", "By contract.")


def test_what_people_read(expected: Expected) -> None:
    for refusal in (refused(), refused(Step.QUARANTINE), Refusal(Verdict(Judged(Step.BLOCK), False, failed=True))):
        for language in ("en", "de"):
            expected(page(refusal, language).decode())


def test_nothing_of_it_is_html_that_somebody_wrote() -> None:
    text = page(refused(), "en").decode()
    assert "<b>" not in text
    assert "IBAN &amp; &lt;b&gt;" in text
    assert "&lt;ida@" in text


def test_what_programs_read() -> None:
    told = json.loads(problem(refused()))
    assert (told["status"], told["step"], told["rules"], told["id"]) == (403, "block", ["no-cards"], "e1")
    assert told["kinds"] == ["Payment card", "IBAN & <b>"]
