from __future__ import annotations

from pathlib import Path

import pytest
from tests.company.small_folder import small_folder

from limen.company.load import FolderError, load_company
from limen.identity.sources.model import Owned, PeopleSources, SourceKind
from limen.identity.sources.people_file import INITIAL, PEOPLE, changes

ENTRA = """sources:
  - id: entra
    kind: scim
    title: Entra ID
    owns: [name, email, groups, active, last_day]
    groups: {Sales Team: staff, All: [staff]}
    departments: {Finance: staff}
    everyone: [staff]
    domains: [harbor.example]
    adopts: [harbor.example]
    may_lose: {share: 20, people: 3}
    invite: true
"""


def loaded(at: Path, text: str) -> PeopleSources:
    folder = small_folder(at)
    (folder / PEOPLE).write_text(text, "utf-8")
    found = load_company(folder).parts[PEOPLE]
    assert isinstance(found, PeopleSources)
    return found


def test_a_source_is_read_with_all_it_says(tmp_path: Path) -> None:
    (entra,) = loaded(tmp_path, ENTRA).sources
    staff = frozenset({"staff"})
    assert (entra.id, entra.kind, entra.title) == ("entra", SourceKind.SCIM, "Entra ID")
    assert entra.owns == {Owned.NAME, Owned.EMAIL, Owned.GROUPS, Owned.ACTIVE, Owned.LAST_DAY}
    assert (entra.groups, entra.departments) == ({"Sales Team": staff, "All": staff}, {"Finance": staff})
    assert (entra.everyone, entra.domains, entra.adopts) == (staff, ("harbor.example",), ("harbor.example",))
    assert (entra.share, entra.people, entra.invites, entra.administrators) == (20, 3, True, False)


OFFICE = """sources:
  - id: office
    kind: ldap
    groups:
      "cn=staff,ou=groups,dc=harbor,dc=example": staff
    ldap:
      url: ldaps://dc1.harbor.example
      bind_as: limen@harbor.example
      people: ["ou=people,dc=harbor,dc=example"]
      filter: (employeeType=staff)
"""


def test_a_directory_is_read_with_how_it_is_asked(tmp_path: Path) -> None:
    (office,) = loaded(tmp_path, OFFICE).sources
    assert office.settings == {
        "url": "ldaps://dc1.harbor.example",
        "bind_as": "limen@harbor.example",
        "people": ["ou=people,dc=harbor,dc=example"],
        "filter": "(employeeType=staff)",
    }


@pytest.mark.parametrize(
    ("was", "written", "line"),
    [
        ("kind: ldap", "kind: scim", 7),
        ("cn=staff,ou=groups,dc=harbor,dc=example", "Staff)(objectClass=*", 5),
        ("ldaps://dc1.harbor.example", "ldaps://169.254.169.254", 7),
        ("(employeeType=staff)", "(a=b))(|(c=d)", 10),
        ("filter:", "secret:", 10),
    ],
)
def test_what_is_wrong_of_a_directory_is_told_with_its_line(tmp_path: Path, was: str, written: str, line: int) -> None:
    with pytest.raises(FolderError) as refused:
        loaded(tmp_path, OFFICE.replace(was, written))
    assert (PEOPLE, line) in {(one.file, one.line) for one in refused.value.problems}


def test_a_directory_says_where_it_is(tmp_path: Path) -> None:
    with pytest.raises(FolderError):
        loaded(tmp_path, "sources:\n  - {id: office, kind: ldap}\n")


@pytest.mark.parametrize("text", ["", "# nothing\n", "sources: []\n", "sources:\n", INITIAL])
def test_there_may_be_no_source(tmp_path: Path, text: str) -> None:
    assert loaded(tmp_path, text) == PeopleSources()


WRONG = {
    "a group that nobody declared": ("everyone: [stuff]", 4),
    "a group inside a translation": ("groups: {Sales: [staff, stuff]}", 4),
    "a group that gives a role": ("everyone: [administrators]", 4),
    "another kind": ("title: x\n    kind: ftp", 5),
    "what can't be owned": ("owns: [name, password]", 4),
    "no domain": ("domains: [Harbor Example]", 4),
    "a domain that it adopts and doesn't speak for": ("domains: [harbor.example]\n    adopts: [other.example]", 5),
    "a share of nobody": ("may_lose: {share: 0}", 4),
    "groups that it doesn't own": ("everyone: [staff]\n    owns: [name]", 5),
    "a word too many": ("token: abc", 4),
    "a title that can't be shown": ('title: "a\\u202eb"', 4),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, name: str) -> None:
    text, line = WRONG[name]
    with pytest.raises(FolderError) as refused:
        loaded(tmp_path, f"sources:\n  - id: entra\n    kind: scim\n    {text}\n")
    assert (PEOPLE, line) in {(one.file, one.line) for one in refused.value.problems}


def test_two_sources_of_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FolderError) as refused:
        loaded(tmp_path, "sources:\n  - {id: a, kind: scim}\n  - {id: a, kind: scim}\n")
    assert [one.line for one in refused.value.problems] == [3]


def test_a_change_is_told_by_what_it_means(tmp_path: Path) -> None:
    before = loaded(tmp_path / "1", ENTRA)
    after = loaded(tmp_path / "2", ENTRA.replace("administrators", "").replace("invite: true", "administrators: true"))
    both = loaded(tmp_path / "3", ENTRA + "  - {id: hr, kind: scim}\n")
    turned = PeopleSources(tuple(reversed(both.sources)))
    assert list(changes(before, before)) == []
    (other,) = changes(before, after)
    assert "role" in other
    assert [len(list(changes(*pair))) for pair in ((None, both), (both, None), (both, turned))] == [2, 2, 1]
