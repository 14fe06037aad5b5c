"""`stores:` in data.yaml: what is read, what is refused where, and what the plan says of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from limen.clock import DAY
from limen.company.child import parse_texts
from limen.configuration.problem import Problem
from limen.configuration.tree import Tree
from limen.data.inventory.model import Store, StoreKind
from limen.data.inventory.stores_section import changes, read
from limen.facts import Label

GUID = "0f0e0d0c-0b0a-0908-0706-050403020100"
SHARE = "{kind: folder, where: /srv/shares, label: confidential, reached_by: [files], needed_by: [finance]}"


def tree_of(text: str) -> Tree:
    files, problems = parse_texts({"data.yaml": text})
    assert not problems
    return Tree(files["data.yaml"]["tree"])


def stores_in(text: str) -> tuple[dict[str, Store], list[Problem]]:
    tree = tree_of(text)
    return read(tree.plain()["stores"], tree, "data.yaml", {"files", "wiki"}, {"finance", "staff"})


def test_each_kind_as_it_is_written() -> None:
    found, problems = stores_in(f"""stores:
  shares: {SHARE}
  mounted: {{kind: smb, where: /mnt/shares/, label: internal, every: 6h, stale_after: 90d, encrypted: true}}
  bucket: {{kind: s3, where: harbor-files/hr/, label: restricted, region: eu-central-1, client: AKIAIOSFODNN7EXAMPLE}}
  erp: {{kind: postgresql, where: "postgresql://reader@db.harbor.example/erp", label: restricted, owner: finance}}
  site: {{kind: microsoft365, where: harbor.sharepoint.com/sites/hr, label: internal, tenant: {GUID}, client: {GUID}}}
  team: {{kind: google_drive, where: 0AHarborSharedDrive, label: internal, client: ada@harbor.example}}
  mia: {{kind: google_drive, where: mia@harbor.example, label: internal, megabytes_per_second: 1}}
""")
    assert not problems
    assert {one.kind for one in found.values()} == set(StoreKind)
    assert found["shares"] == Store(
        "shares", StoreKind.FOLDER, "/srv/shares", Label.CONFIDENTIAL, reached_by=("files",), needed_by=("finance",)
    )
    assert (found["mounted"].where, found["mounted"].stale_ms) == ("/mnt/shares", 90 * DAY)
    assert (found["mounted"].is_encrypted, found["shares"].is_encrypted) == (True, None)
    assert found["mia"].bytes_per_second == 1_000_000


@pytest.mark.parametrize(
    "wrong",
    [
        "{kind: folder, where: shares, label: internal}",
        "{kind: folder, where: /srv/../etc, label: internal}",
        "{kind: folder, where: /, label: internal}",
        "{kind: folder, where: /proc/self, label: internal}",
        "{kind: folder, where: /srv, label: internal, region: eu-central-1}",
        "{kind: folder, where: /srv, label: secret}",
        "{kind: folder, where: /srv, label: internal, password: hunter2}",
        "{kind: folder, where: /srv, label: internal, reached_by: [nextcloud]}",
        "{kind: folder, where: /srv, label: internal, needed_by: [nobody]}",
        "{kind: folder, where: /srv, label: internal, owner: nobody}",
        "{kind: folder, where: /srv, label: internal, every: 1m}",
        "{kind: folder, where: /srv, label: internal, inside: [everybody]}",
        "{kind: folder, where: /srv, label: internal, megabytes_per_second: 0}",
        "{kind: s3, where: harbor-files, label: internal}",
        "{kind: s3, where: harbor.evil.example, label: internal, region: eu-central-1, client: AKIAIOSFODNN7EXAMPLE}",
        "{kind: s3, where: harbor-files, label: internal, region: 'x.evil.example/', client: AKIAIOSFODNN7EXAMPLE}",
        "{kind: postgresql, where: 'postgresql://reader:pw@db/erp', label: internal}",
        "{kind: postgresql, where: 'postgresql://reader@169.254.169.254/erp', label: internal}",
        "{kind: microsoft365, where: 'evil.example/sites/x', label: internal, tenant: common, client: x}",
        "{kind: google_drive, where: 0AHarborSharedDrive, label: internal}",
        "{kind: google_drive, where: '../x', label: internal, client: ada@harbor.example}",
        "{kind: ftp, where: x, label: internal}",
    ],
)
def test_what_is_wrong_is_said_at_its_line(wrong: str) -> None:
    _, problems = stores_in(f"stores:\n  fine: {SHARE}\n  x: {wrong}\n")
    assert problems
    assert {one.line for one in problems} == {3}
    assert "hunter2" not in str(problems)


def test_names_are_not_checked_where_the_file_with_them_cannot_be_read() -> None:
    tree = tree_of("stores:\n  x: {kind: folder, where: /srv, label: internal, reached_by: [no]}\n")
    assert read(tree.plain()["stores"], tree, "data.yaml", None, None)[1] == []


def test_a_plan_says_what_is_other_than_before() -> None:
    one = Store("a", StoreKind.FOLDER, "/srv", Label.INTERNAL)
    others = [replace(one, where="/mnt"), replace(one, label=Label.RESTRICTED), replace(one, reached_by=("files",))]
    for was, now in (({}, {"a": one}), ({"a": one}, {}), *(({"a": one}, {"a": other}) for other in others)):
        assert len(list(changes(was, now))) == 1
    assert list(changes({"a": one}, {"a": one})) == []


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ("{kind: postgresql, where: 'postgresql:///erp', label: internal}", "?host="),
        ("{kind: google_drive, where: 0AHarborSharedDrive, label: internal}", "administrator"),
        ("{kind: s3, where: harbor.files, label: internal, region: eu-central-1, client: AKIAIOSFODNN7EXAMPLE}", "dot"),
        ("{kind: s3, where: files, label: internal, client: AKIAIOSFODNN7EXAMPLE}", "eu-central-1"),
    ],
)
def test_what_to_write_instead_is_said(wrong: str, word: str) -> None:
    (problem,) = stores_in(f"stores:\n  x: {wrong}\n")[1]
    assert word in problem.fix


def test_a_socket_is_where_a_database_is() -> None:
    where = "'postgresql://reader@/erp?host=/var/run/postgresql'"
    assert stores_in(f"stores:\n  x: {{kind: postgresql, where: {where}, label: internal}}\n")[1] == []
