from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.company.company_folder import change, new_folder

from limen.company.load import failing_tests, load_company
from limen.company.revision import as_published, read_content, write_content


def test_what_is_read_back_is_the_same_company_and_needs_no_parsing(tmp_path: Path) -> None:
    company = load_company(new_folder(tmp_path))
    content = json.loads(json.dumps(write_content(company)))
    again = read_content(content)
    assert again.revision == company.revision
    assert again.all_apps == company.all_apps
    assert again.policies == company.policies
    assert again.groups == company.groups
    assert len(again.tests) == len(company.tests)
    assert failing_tests(again) == ()


@pytest.mark.parametrize(
    ("name", "old", "new", "is_same"),
    [
        ("policies/10-people.cedar", "// Who may do what.", "// Who may do anything.", True),
        (
            "apps.yaml",
            "  name: Handbook\n  description: How we work\n",
            "  description: How we work\n  name: Handbook\n",
            True,
        ),
        ("limen.toml", "[storage]", '[storage]\ndata = "elsewhere"', True),
        ("policies/10-people.cedar", "resource.sensitivity <= 1 &&", "resource.sensitivity <= 2 &&", False),
        ("apps.yaml", "label: internal", "label: public", False),
        ("limen.toml", "absolute_hours = 12", "absolute_hours = 11", False),
        ("policies/tests.yaml", "given: {strength: 1}", "given: {strength: 0}", False),
    ],
)
def test_a_revision_is_named_by_what_it_means(tmp_path: Path, name: str, old: str, new: str, is_same: bool) -> None:
    root = new_folder(tmp_path)
    before = load_company(root).revision
    change(root, name, old, new)
    assert (load_company(root).revision == before) is is_same


@pytest.mark.parametrize("content", [None, {}, {"format": 2}, {"format": 1}, {"format": 1, "settings": {}}])
def test_what_is_no_revision_is_refused(content: object) -> None:
    with pytest.raises(ValueError, match=r"revision|Settings"):
        read_content(content)


def test_what_is_published_is_what_every_worker_reads(tmp_path: Path) -> None:
    """So that the process that publishes may go on with what it has at hand."""
    root = new_folder(tmp_path)
    change(root, "limen.toml", "[storage]", "[storage]\njournal_days = 7")
    company = load_company(root)
    assert as_published(company) == read_content(write_content(company)) != company
    assert as_published(company).engine() is not company.engine()
    failing_tests(company)
    assert as_published(company).engine() is company.engine()
    assert as_published(company) is as_published(company)  # with what was proved of it
