"""What is found has a German name, so that whoever is stopped can read what it was."""

from __future__ import annotations

from limen.data.detectors.every import DETECTORS
from limen.data.pillar import PILLAR
from limen.messages import Language, catalogue
from limen.messages.catalogue import po_of
from limen.messages.po_file import entries
from limen.pillars import pillars

THE_SAME = {"BIC", "IBAN", "JSON Web Token"}
GERMAN_ALREADY = ("(AT)", "(CH)", "(DE)")


def test_each_detector_has_a_german_name_and_nothing_else_does() -> None:
    folder = PILLAR.declarations().messages
    assert folder is not None
    said = {one.message for one in entries(po_of(Language.GERMAN, folder).read_text("utf-8"))}
    names = {one.name for one in DETECTORS.values()}
    assert (names - said, said - names) == (set(), set())
    pillars()
    words = catalogue(Language.GERMAN)
    same = {one for one in names if words.gettext(one) == one}
    assert {one for one in same if not one.endswith(GERMAN_ALREADY)} == THE_SAME
