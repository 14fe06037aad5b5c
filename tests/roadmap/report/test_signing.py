from __future__ import annotations

from tests.roadmap.report.made import KEYRING

from limen.access.reviews import signature
from limen.roadmap.report.signing import REPORTS


def test_reports_have_a_key_of_their_own() -> None:
    assert not set(REPORTS.public_keys(KEYRING)) & set(signature.public_keys(KEYRING))


def test_each_form_has_a_mark_of_its_own() -> None:
    assert len({one.mark for one in REPORTS.lines}) == len(REPORTS.lines) == 4
