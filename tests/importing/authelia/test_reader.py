from __future__ import annotations

import pytest
from tests.importing.harbor import export, imported

from limen.errors import LimenError
from limen.importing.model import Wishes
from limen.importing.report import UNKNOWN, Verdict


def test_harbors_export_is_understood_to_its_last_value() -> None:
    what = imported("authelia")
    hosts = {one.host for one in what.system.apps if one.host}
    assert hosts == {f"{one}.harbor.example" for one in ("handbook", "wiki", "crm", "warehouse", "git", "payroll")}
    assert what.system.domain == "harbor.example"
    assert sum(what.account.count(verdict) for verdict in Verdict) == what.account.values
    assert [one.where for one in what.account.items if one.how == UNKNOWN] == []
    assert what.account.wider == ()


def test_apps_that_no_rule_names_are_named_beside() -> None:
    wishes = Wishes({"board.harbor.example": "http://10.0.0.5:80", "wiki.harbor.example": "http://10.0.0.6:80"})
    apps = {one.host: one for one in imported("authelia", wishes=wishes).system.apps if one.host}
    assert (apps["board.harbor.example"].upstream, bool(apps["board.harbor.example"].access)) == (
        "http://10.0.0.5:80",
        True,
    )
    assert apps["wiki.harbor.example"].upstream == "http://10.0.0.6:80"


def test_people_alone_and_rules_alone() -> None:
    users = {"users_database.yml": export("authelia")["users_database.yml"]}
    assert (len(imported("authelia", users).system.people), imported("authelia", users).system.apps) == (6, ())
    rules = {"configuration.yml": export("authelia")["configuration.yml"]}
    assert {one.key for one in imported("authelia", rules).system.groups} >= {"group:sales", "user:mara"}


def test_another_file_is_no_export_of_authelia() -> None:
    with pytest.raises(LimenError):
        imported("authelia", {"x.yml": {"a": 1}, "y.yml": [1], "z.yml": None})
