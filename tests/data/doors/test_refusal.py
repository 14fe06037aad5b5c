from __future__ import annotations

import json
from dataclasses import replace

from tests.golden import Expected

from limen.data.doors.judging import Verdict
from limen.data.doors.refusal import Refusal, note, page, problem
from limen.data.rules.model import Judged, Step
from limen.messages import Language, catalogue


def refused(step: Step = Step.BLOCK, **more: object) -> Refusal:
    judged = Judged(step, ("no-cards",), kinds=("Payment card", "IBAN & <b>"))
    return Refusal(Verdict(judged, passes=False, event="e1", **more), "Ida <ida@harbor.example>", "By contract.")


def test_what_people_read(expected: Expected) -> None:
    for refusal in (
        refused(),
        replace(refused(Step.QUARANTINE), kept_as="0a1b"),
        Refusal(Verdict(Judged(Step.BLOCK), False, failed=True)),
    ):
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


def test_it_says_that_something_is_kept_only_where_it_is() -> None:
    elsewhere = Refusal(Verdict(Judged(Step.QUARANTINE), passes=False, event="e1"))
    assert "0a1b" not in page(elsewhere, "en").decode()
    assert len(elsewhere.rows(catalogue(Language.ENGLISH))) == 2  # what, and the reference
    for step in (Step.WARN, Step.BLOCK, Step.QUARANTINE):
        refusal = Refusal(Verdict(Judged(step), passes=False, event="e1"), kept_as="0a1b")
        assert note(refusal).count("0a1b") == 2  # in English and in German
        assert len(refusal.rows(catalogue(Language.ENGLISH))) == 4  # and what happens now, and whom to ask
