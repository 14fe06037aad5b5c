from __future__ import annotations

import pytest

from limen.data.doors.mail_labels import MailLabels
from limen.data.labels import mail
from limen.data.labels.marks import Marks
from limen.data.labels.model import Standing
from limen.facts import Label

MARKS = Marks((b"k" * 32,))
LABELS = MailLabels(MARKS, lambda: {"m1": Label.RESTRICTED})
FIELDS = [("From", "ann@harbor.example"), ("Subject", "Lunch")]
BODY = b"at noon\r\n"


def written(judged: Label | None, *more: tuple[str, str]) -> list[tuple[str, str]] | None:
    return LABELS.headers([*FIELDS, *more], BODY, judged, 1_000)


def label_of(fields: list[tuple[str, str]] | None) -> str:
    return dict(fields or ()).get("X-Limen-Label", "")


def test_what_is_written_proves_itself() -> None:
    headers = written(Label.CONFIDENTIAL)
    claim = MARKS.claim(mail.of_headers([*FIELDS, *(headers or ())], BODY), {})
    assert (claim.label, claim.standing) == (Label.CONFIDENTIAL, Standing.PROVEN)
    assert written(Label.INTERNAL, *(headers or ())) is None
    assert written(None, *(headers or ())) is None
    assert label_of(written(Label.RESTRICTED, *(headers or ()))) == "restricted"


@pytest.mark.parametrize(
    ("judged", "said", "label"),
    [
        (None, (), ""),
        (None, (("X-Limen-Label", "public"),), ""),  # anybody can write that, and it must not become ours
        (None, (("X-Limen-Label", "restricted"),), "restricted"),
        (Label.CONFIDENTIAL, (("X-Limen-Label", "public"),), "confidential"),
        (Label.INTERNAL, (("X-Limen-Label", "restricted"), ("X-Limen-Label", "public")), "restricted"),
        (Label.INTERNAL, (("X-Limen-Label-Mark", "v1 forged"),), "internal"),
        (Label.PUBLIC, (), "public"),
        (None, (("Sensitivity", "Company-Confidential"),), "confidential"),
        (None, (("msip_labels", "MSIP_Label_m1_Enabled=true"),), ""),
    ],
)
def test_others_can_raise_a_label_and_never_lower_it(
    judged: Label | None, said: tuple[tuple[str, str], ...], label: str
) -> None:
    assert label_of(written(judged, *said)) == label
