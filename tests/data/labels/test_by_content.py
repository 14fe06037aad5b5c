"""The label that files have by their content: as `data.yaml` says, in whatever kind of document it stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.data.data_yaml import rules_of
from tests.data.labels.made import pdf, word

from limen.data.labels import by_content
from limen.data.labels.by_content import labels_by_content
from limen.data.rules.stated import NO_RULES
from limen.facts import Label
from limen.storage import Database, Keyring

_IBAN = "IBAN DE89 3704 0044 0532 0130 00"


def test_documents_have_the_label_whose_conditions_they_meet(
    tmp_path: Path, database: Database, keyring: Keyring
) -> None:
    folder = tmp_path / "offers"
    folder.mkdir()
    (folder / "a.docx").write_bytes(word(_IBAN))
    (folder / "b.pdf").write_bytes(pdf(_IBAN))
    (folder / "c.docx").write_bytes(word("nothing of note"))
    rules = rules_of("labels: {internal: {when: [{finds: [contact]}]}, restricted: {when: [{finds: [iban]}]}}\n")
    with labels_by_content(database, keyring, rules, 1) as label_of:
        found = {path.name: label_of(path) for path in sorted(folder.iterdir())}
    assert found == {"a.docx": Label.RESTRICTED, "b.pdf": Label.RESTRICTED, "c.docx": None}


def test_where_no_content_has_a_label_nothing_is_read(
    tmp_path: Path, database: Database, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(by_content, "protection_by_command", None)
    with labels_by_content(database, keyring, NO_RULES, 1) as label_of:
        assert label_of(tmp_path / "not there") is None
