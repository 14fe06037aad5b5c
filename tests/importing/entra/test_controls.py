from __future__ import annotations

from typing import Any

import pytest
from tests.importing.entra.harbor_tenant import PHISHING_RESISTANT, frequency, grant
from tests.importing.entra.reading import effects, node

from limen.importing.conditions import (
    ALWAYS,
    NEVER,
    AllOf,
    AnyOf,
    Condition,
    ConfirmedWithin,
    HealthyDevice,
    ManagedDevice,
    Strength,
)
from limen.importing.entra.controls import read_grant, read_session
from limen.importing.report import Effect

BUILT_IN = "builtInControls"
MFA, HEALTHY, MANAGED = Strength(2), HealthyDevice(), ManagedDevice()


@pytest.mark.parametrize(
    ("controls", "condition", "told"),
    [
        (grant("mfa"), MFA, {}),
        (grant("block", "mfa"), NEVER, {}),
        (grant("mfa", "compliantDevice"), AnyOf((MFA, HEALTHY)), {BUILT_IN: "wider"}),
        (grant("mfa", "compliantDevice", operator="AND"), AllOf((MFA, HEALTHY)), {BUILT_IN: "wider"}),
        (grant("domainJoinedDevice"), MANAGED, {BUILT_IN: "wider"}),
        (grant("mfa", "approvedApplication"), MFA, {BUILT_IN: "stricter"}),
        (grant("mfa", "passwordChange", operator="AND"), MFA, {BUILT_IN: "wider"}),
        (grant("mfa", operator="AND", termsOfUse=["t"]), MFA, {"termsOfUse": "wider"}),
        (grant("mfa", termsOfUse=["t"]), MFA, {"termsOfUse": "stricter"}),
        (grant("mfa", operator="AND", somethingNew=["t"]), MFA, {"somethingNew": "wider"}),
        (grant("mfa", "somethingNew", operator="AND"), MFA, {BUILT_IN: "wider"}),
        (grant("mfa", operator="AND", authenticationStrength={"id": PHISHING_RESISTANT}), Strength(3), {}),
    ],
)
def test_what_is_asked_for(controls: Any, condition: Condition, told: dict[str, str]) -> None:
    read = node(controls)
    found = read_grant(read, {}, Effect.WIDER)
    assert (found.condition, found.is_nothing) == (condition, False)
    assert effects(read, controls).items() >= told.items()
    assert set(effects(read, controls)) <= {*told, "customAuthenticationFactors"}


def test_what_can_not_be_asked_for_at_all() -> None:
    read = node(grant("approvedApplication", "compliantApplication"))
    found = read_grant(read, {}, Effect.WIDER)
    assert (found.condition, found.is_nothing) == (ALWAYS, True)


def test_how_recently_somebody_must_have_confirmed() -> None:
    assert read_session(node(frequency(4)), Effect.WIDER).condition == ConfirmedWithin(240)
    assert read_session(node(frequency(2, "days")), Effect.WIDER).condition == ConfirmedWithin(2_880)
    assert read_session(node(frequency(None, None, "everyTime")), Effect.WIDER).condition == ConfirmedWithin(5)
    off = frequency(4)
    off["signInFrequency"]["isEnabled"] = False
    assert read_session(node(off), Effect.WIDER).condition == ALWAYS


@pytest.mark.parametrize(
    ("controls", "told"),
    [
        ({"persistentBrowser": {"mode": "never", "isEnabled": True}}, {}),
        ({"persistentBrowser": {"mode": "always", "isEnabled": True}}, {"persistentBrowser.mode": "stricter"}),
        ({"continuousAccessEvaluation": {"mode": "strictLocation"}, "disableResilienceDefaults": True}, {}),
        (
            {"cloudAppSecurity": {"isEnabled": True, "cloudAppSecurityType": "blockDownloads"}},
            {"cloudAppSecurity": "wider"},
        ),
        ({"somethingNew": {"isEnabled": True}}, {"somethingNew": "wider"}),
    ],
)
def test_other_controls_of_the_session(controls: Any, told: dict[str, str]) -> None:
    read = node(controls)
    assert read_session(read, Effect.WIDER).condition == ALWAYS
    assert effects(read, controls) == told
