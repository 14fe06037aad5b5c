"""Laws of false alarms: in a thousand ordinary documents hardly any surely holds what it does not."""

from __future__ import annotations

from collections import Counter

from tests import dial
from tests.data import planted
from tests.data.ordinary.documents import documents

from limen.data.detectors.every import DETECTORS
from limen.data.model import Confidence
from limen.data.scanning.scanner import Scanner

_DOCUMENTS = dial.size(5_000, 1_000)


def test_in_a_thousand_documents_at_most_one_false_alarm() -> None:
    scanner, wrong = Scanner(list(DETECTORS.values()), key=planted.KEY), Counter[tuple[str, str]]()
    for document in documents(seed=16, number=_DOCUMENTS):
        highest = scanner.text(document.text.encode()).highest()
        false = {one for one, sure in highest.items() if sure is Confidence.HIGH} - document.truth
        wrong.update((document.sort, one) for one in false)
    assert sum(wrong.values()) <= _DOCUMENTS / 1_000, wrong


def test_what_is_truly_there_is_found() -> None:
    scanner = Scanner(list(DETECTORS.values()), key=planted.KEY)
    for document in documents(seed=17, number=dial.size(400, 40)):
        found = set(scanner.text(document.text.encode()).unique())
        assert document.truth <= found, (document.sort, document.truth - found)
