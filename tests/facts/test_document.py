"""A document in an app: it raises the app's label, never lowers it, and comes back from the journal."""

from __future__ import annotations

import pytest

from limen.facts import App, Document, Facts, Label, Upstream
from limen.facts.facts_json import facts_digest, facts_from_json, facts_to_json

_WIKI = App("wiki", "Wiki", "wiki.harbor.example", Upstream(""), Label.INTERNAL)


@pytest.mark.parametrize("label", Label)
def test_it_never_counts_as_less_than_its_app(label: Label) -> None:
    about = Facts(_WIKI).about(Document("d_1", label))
    assert about.app.label is max(label, Label.INTERNAL)
    assert about.document == Document("d_1", label)


def test_it_is_written_and_read() -> None:
    about = Facts(_WIKI).about(Document("d_1", Label.RESTRICTED))
    assert facts_from_json(facts_to_json(about)) == about
    assert "document" not in facts_to_json(Facts(_WIKI))
    assert facts_digest(about) != facts_digest(Facts(_WIKI))
