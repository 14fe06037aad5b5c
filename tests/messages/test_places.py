"""Places in documents, in the language of whoever reads them."""

from __future__ import annotations

from limen.messages.places import place_said


def test_places_are_said_in_the_readers_language_and_names_in_them_are_not() -> None:
    german = {"page": "Seite", "line": "Zeile", "row": "Zeile", "sheet": "Blatt"}.__getitem__
    for place, said in (
        ("page 3", "Seite 3"),
        ("sheet line 4, row 12", "Blatt line 4, Zeile 12"),
        ("page 1.docx / page 2, line 7", "page 1.docx / Seite 2, Zeile 7"),
        ("a page of ours", "a page of ours"),
    ):
        assert place_said(place, german) == said
