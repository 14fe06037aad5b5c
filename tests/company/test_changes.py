from __future__ import annotations

from pathlib import Path

import pytest
from tests.company.company_folder import change
from tests.company.small_folder import small_folder

from limen.company.changes import changes
from limen.company.load import load_company


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_folder(tmp_path)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("policies/10-who.cedar", "// Who may do what.", "// Who may.", []),
        (
            "policies/20-report-only.cedar",
            '@id("payroll-from-the-office")\n@title("Payroll only from the office")',
            '@id("payroll-inside")\n@title("Payroll only inside")',
            [
                "policy payroll-from-the-office removed: “Payroll only from the office” (report-only)",
                "policy payroll-inside added: “Payroll only inside” (report-only)",
            ],
        ),
        ("policies/10-who.cedar", "sensitivity <= 1 &&", "sensitivity <= 2 &&", ["changed: its conditions"]),
        ("policies/10-who.cedar", '@title("Finance runs payroll")', '@title("Money")', ["changed: its texts"]),
        ("policies/10-who.cedar", 'Group::"finance"', 'Group::"staff"', ["changed: its scope"]),
        ("apps.yaml", "label: internal", "label: public", ["app wiki changed: label from internal to public"]),
        ("apps.yaml", "name: Wiki", "name: Notes", ["app wiki changed: name from Wiki to Notes"]),
        (
            "apps.yaml",
            "name: Wiki",
            "name: Wiki\n  public: [{route: GET /logo, why: For all}]",
            ["app wiki changed: public (now: public, open to the whole internet GET /logo)"],
        ),
        (
            "limen.toml",
            "Europe/Berlin",
            "America/New_York",
            ["setting time_zone changed: from Europe/Berlin to America/New_York"],
        ),
        ("limen.toml", "absolute_hours = 12", "absolute_hours = 11", ["setting sessions changed"]),
        ("limen.toml", "[groups]", '[groups]\nnight = "Night shift"', ["group night added"]),
        ("limen.toml", "192.0.2.0/24", "192.0.2.0/25", ["network office changed"]),
        ("policies/tests.yaml", "- test: Staff read the wiki", "- test: Wiki", ["test “Staff", "test “Wiki” added"]),
    ],
)
def test_each_difference_is_one_line(root: Path, file: str, old: str, new: str, said: list[str]) -> None:
    before = load_company(root)
    change(root, file, old, new)
    lines = [str(one) for one in changes(before, load_company(root))]
    assert len(lines) == len(said)
    assert all(want in line for want, line in zip(said, lines, strict=True))


def test_a_changed_state_is_named_and_both_texts_are_told(root: Path) -> None:
    before = load_company(root)
    text = (root / "policies/20-report-only.cedar").read_text()
    (root / "policies/20-report-only.cedar").write_text(text.replace('@state("report-only")', '@state("enforce")', 1))
    (one,) = changes(before, load_company(root))
    assert (one.kind, one.name, one.how, one.detail) == (
        "policy",
        "payroll-from-the-office",
        "changed",
        "from report-only to enforce",
    )
    assert '@state("report-only")' in one.before
    assert '@state("enforce")' in one.after


def test_of_a_first_revision_everything_is_new(root: Path) -> None:
    company = load_company(root)
    found = changes(None, company)
    assert {one.how for one in found} == {"added"}
    assert [one.name for one in found if one.kind == "policy"] == sorted(company.policies.sources)
