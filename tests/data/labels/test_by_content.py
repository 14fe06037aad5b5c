"""The label that files have by their content: as `data.yaml` says, in whatever kind of document it stands."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.data.data_yaml import rules_of
from tests.data.labels.made import pdf, word

from limen.data.labels import by_content
from limen.data.labels.by_content import labels_by_content
from limen.data.rules.stated import NO_RULES
from limen.facts import Label

_KEYRING: Any = SimpleNamespace(key_for=lambda _purpose: bytes(32))
_IBAN = "IBAN DE89 3704 0044 0532 0130 00"


def test_documents_have_the_label_whose_conditions_they_meet(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(word(_IBAN))
    (tmp_path / "b.pdf").write_bytes(pdf(_IBAN))
    (tmp_path / "c.docx").write_bytes(word("nothing of note"))
    rules = rules_of("labels: {internal: {when: [{finds: [contact]}]}, restricted: {when: [{finds: [iban]}]}}\n")
    with labels_by_content(rules, (), _KEYRING) as label_of:
        found = {path.name: label_of(path) for path in sorted(tmp_path.iterdir())}
    assert found == {"a.docx": Label.RESTRICTED, "b.pdf": Label.RESTRICTED, "c.docx": None}


def test_where_no_content_has_a_label_nothing_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_content, "Pool", None)
    with labels_by_content(NO_RULES, (), _KEYRING) as label_of:
        assert label_of(tmp_path / "not there") is None
