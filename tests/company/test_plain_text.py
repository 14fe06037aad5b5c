"""Confidential apps that would be spoken to without encryption."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.company.small_folder import small_folder

from limen.company.gate import FIRST_ADMINISTRATOR, pass_gate
from limen.company.load import FolderError, load_company
from limen.company.plain_text import in_the_clear
from limen.facts import Label

NOW = 1_795_510_800_000
HERE = "upstream: http://127.0.0.1:9106"


@pytest.mark.parametrize(
    ("upstream", "label", "is_refused"),
    [
        ("http://127.0.0.1:9106", "restricted", False),
        ("http://localhost:9106", "restricted", False),
        ("http://[::1]:9106", "restricted", False),
        ("https://10.0.0.5", "restricted", False),
        ("http://10.0.0.5", "confidential", True),
        ("http://payroll.lan:8080", "restricted", True),
        ("{url: http://10.0.0.5, plain_text: ' '}", "restricted", True),
        ("{url: http://payroll:80, plain_text: containers of one machine}", "restricted", False),
    ],
)
def test_what_could_be_read_on_the_way_is_not_published(
    tmp_path: Path, upstream: str, label: str, is_refused: bool
) -> None:
    apps = small_folder(tmp_path) / "apps.yaml"
    text = apps.read_text().replace(HERE, f"upstream: {upstream}").replace("label: confidential", f"label: {label}")
    apps.write_text(text)
    company = load_company(apps.parent)  # a revision that is in force already goes on
    assert company.apps[1].label is Label[label.upper()]
    found = in_the_clear(company)
    assert [(one.file, one.line) for one in found] == [("apps.yaml", 13)] * is_refused
    if is_refused:
        assert "plain_text" in found[0].fix
        with pytest.raises(FolderError):
            pass_gate(company, (FIRST_ADMINISTRATOR,), NOW)
    else:
        pass_gate(company, (FIRST_ADMINISTRATOR,), NOW)
