from __future__ import annotations

from typing import Any

import pytest
from tests.importing.entra.harbor_tenant import CONTEXT, USERS, export, group

from limen.errors import LimenError
from limen.importing.entra import tenant_files as kinds
from limen.importing.entra.tenant_files import TenantFiles, every, is_maybe_cut, members_of
from limen.importing.report import Report

ADA = USERS[0]


@pytest.mark.parametrize(
    ("files", "path"),
    [
        ({"users.json": {"value": [ADA]}}, ("users.json", "value", 0)),
        ({"Users.json": [ADA]}, ("Users.json", 0)),
        ({"page-1.json": {"@odata.context": f"{CONTEXT}users", "value": [ADA]}}, ("page-1.json", "value", 0)),
        ({"tenant.json": {"users": [ADA]}}, ("tenant.json", "users", 0)),
        ({"tenant.json": {"users": {"value": [ADA]}, "more": 1}}, ("tenant.json", "users", "value", 0)),
    ],
)
def test_however_the_export_was_written(files: dict[str, Any], path: tuple[Any, ...]) -> None:
    tenant = TenantFiles(files, Report())
    assert [(key, one.path) for key, one in every(tenant.of(kinds.USERS))] == [(ADA["id"], path)]
    assert (tenant.has(kinds.USERS), tenant.has(kinds.GROUPS)) == (True, False)


def test_one_object_alone_and_names_of_policies() -> None:
    files = {"security-defaults.json": {"id": "d", "isEnabled": True}, "conditional-access.json": {"value": []}}
    tenant = TenantFiles(files, Report())
    assert [one.path for one in tenant.of(kinds.DEFAULTS)] == [("security-defaults.json",)]
    assert tenant.has(kinds.POLICIES)


@pytest.mark.parametrize("files", [{"x.json": {"value": [ADA]}}, {"x.json": 7}, {"x.json": {}}, {"users.txt": "no"}])
def test_what_is_no_export(files: dict[str, Any]) -> None:
    if files == {"users.txt": "no"}:
        files = {"other.json": "no"}
    with pytest.raises(LimenError):
        TenantFiles(files, Report())


def test_one_page_of_several_is_refused_wherever_it_says_so() -> None:
    more = "https://graph.example/v1.0/users?$skiptoken=x"
    cut = {**group("Finance", "maren"), "members@odata.nextLink": more}
    for files in ({"users.json": {"value": [ADA], "@odata.nextLink": more}}, {"groups.json": {"value": [cut]}}):
        with pytest.raises(LimenError) as refused:
            TenantFiles(files, Report())
        assert more not in str(refused.value)


def test_of_two_with_one_id_the_first_counts_and_lists_may_be_cut() -> None:
    tenant = TenantFiles({"users.json": {"value": [ADA, {**ADA, "displayName": "Twice"}, "no", {}]}}, Report())
    assert [one.text("displayName") for _, one in every(tenant.of(kinds.USERS))] == [ADA["displayName"]]
    named = [one for one in TenantFiles(export(), Report()).of(kinds.GROUPS) if is_maybe_cut(members_of(one))]
    assert named == []
