from __future__ import annotations

import json

from tests.importing.entra.harbor_tenant import export

from limen.importing.entra.reader import Entra
from limen.importing.importing import understood
from limen.importing.model import Wishes
from limen.importing.redacting import without_secrets
from limen.importing.report import Report


def test_what_is_understood_stays_and_no_secret_does() -> None:
    files = export()
    before = understood(Entra(), files, Wishes())
    kept = without_secrets(files, before.account)
    assert understood(Entra(), kept, Wishes()).system == before.system
    assert "never-shown" in json.dumps(files)
    assert "never-shown" not in json.dumps(kept)


def test_places_in_lists_stay_what_they_were() -> None:
    files = {"a.json": {"list": [{"password": "x", "id": 1}, {"id": 2}], "tokens": ["t"]}}
    report = Report()
    for place in (0, 1):
        report.translated(("a.json", "list", place, "id"), "kept")
    kept = without_secrets(files, report.account(files))
    assert kept["a.json"]["list"] == [{"id": 1}, {"id": 2}]
