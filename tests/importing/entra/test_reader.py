from __future__ import annotations

from typing import Any

import pytest
from tests.importing.entra.harbor_tenant import export

from limen.errors import LimenError
from limen.importing.conditions import Strength
from limen.importing.entra.reader import Entra
from limen.importing.importing import understood
from limen.importing.model import Mode, Wishes
from limen.importing.report import UNKNOWN


def test_harbors_tenant_is_understood_and_every_value_accounted_for() -> None:
    found = understood(Entra(), export(), Wishes())
    assert [one.key for one in found.system.apps] == ["expenses", "customers", "ledger", "stock"]
    assert sum(one.is_active for one in found.system.people) == 9
    modes = {one.title[:5]: one.mode for one in found.system.requirements}
    assert modes == {
        **dict.fromkeys(("CA001", "CA002", "CA003", "CA004", "CA005", "CA006", "CA007"), Mode.ENFORCE),
        "CA011": Mode.OFF,
        "CA012": Mode.REPORT_ONLY,
    }
    assert [one for one in found.account.items if one.how == UNKNOWN] == []


def test_what_may_open_something_is_told_at_the_top() -> None:
    places = {one.path[:3] for one in understood(Entra(), export(), Wishes()).account.wider}
    assert places == {("conditionalAccessPolicies.json", "value", place) for place in (1, 3, 5, 6, 11)}


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"conditionalAccessPolicies.json": None},
        {"conditionalAccessPolicies.json": {"error": {"code": "Forbidden"}}},
        {"conditionalAccessPolicies.json": {"value": [{"state": "enabled"}]}},
        {"securityDefaults.json": {"id": "d", "isEnabled": False}},
    ],
)
def test_apps_without_the_policies_that_shut_them_are_refused(said: dict[str, Any]) -> None:
    files = {**export(), **said}
    if "conditionalAccessPolicies.json" not in said:
        del files["conditionalAccessPolicies.json"]
    with pytest.raises(LimenError):
        understood(Entra(), files, Wishes())


def test_that_there_are_no_policies_is_an_answer_and_so_are_security_defaults() -> None:
    wider = understood(Entra(), export(conditionalAccessPolicies=[]), Wishes()).account.wider
    assert [one.path for one in wider] == [()]
    files = {**export(), "securityDefaults.json": {"id": "d"}}
    del files["conditionalAccessPolicies.json"]
    found = understood(Entra(), files, Wishes())
    assert [one.key for one in found.system.requirements] == ["security-defaults"]
    assert found.account.wider == ()
    people = {name: files[name] for name in ("users.json", "groups.json")}
    assert understood(Entra(), people, Wishes()).system.apps == ()


def test_an_export_of_a_tenant_has_no_parts() -> None:
    with pytest.raises(LimenError):
        understood(Entra(), export(), Wishes(part="harbor"))


def test_security_defaults_ask_everybody_for_two_factors() -> None:
    files = {**export(conditionalAccessPolicies=[]), "securityDefaults.json": {"id": "d", "isEnabled": True}}
    required = understood(Entra(), files, Wishes()).system.requirements
    assert [(one.key, one.unless) for one in required] == [("security-defaults", (Strength(2),))]
    files["securityDefaults.json"]["isEnabled"] = False
    assert understood(Entra(), files, Wishes()).system.requirements == ()
