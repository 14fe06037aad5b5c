"""What data protection gives to the gateway fits what its nouns are."""

from __future__ import annotations

from limen.data.documents import Inspected
from limen.pillar.data_checks import DataChecks, InspectedDocument


def test_an_inspected_document_is_what_entry_points_read_of_it():
    document: InspectedDocument = Inspected("text", where=("line 3",))
    assert (document.kind, document.where) == ("text", ("line 3",))
    assert DataChecks(None, None, None, None, None, None).dialogue is None
