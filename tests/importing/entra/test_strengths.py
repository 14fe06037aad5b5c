from __future__ import annotations

import pytest
from tests.importing.entra.harbor_tenant import PHISHING_RESISTANT
from tests.importing.entra.reading import effects, node

from limen.importing.conditions import AllOf, Condition, Strength, WithSecurityKeys
from limen.importing.entra.strengths import AuthenticationStrength, read_strength
from limen.importing.report import Effect

KEY = "2fc0579f-8113-47ea-b116-bb5a8db9202a"


@pytest.mark.parametrize(
    ("combinations", "least", "told"),
    [
        (("fido2", "windowsHelloForBusiness"), 3, {}),
        (("fido2", "deviceBasedPush"), 3, {"id": "stricter"}),
        (("password,softwareOath", "fido2"), 2, {"id": "wider"}),
        (("password", "password,softwareOath"), 1, {"id": "wider"}),
    ],
)
def test_the_weakest_way_that_is_enough_counts(combinations: tuple[str, ...], least: int, told: dict[str, str]) -> None:
    value = {"id": "own"}
    read = node(value)
    known = {"own": AuthenticationStrength(combinations)}
    assert read_strength(read, known, Effect.WIDER) == Strength(least)
    assert effects(read, value) == told


@pytest.mark.parametrize(
    ("key", "least"), [(PHISHING_RESISTANT, 3), ("00000000-0000-0000-0000-000000000002", 2), ("nobody-knows-it", 3)]
)
def test_what_the_export_does_not_say(key: str, least: int) -> None:
    assert read_strength(node({"id": key}), {}, Effect.WIDER) == Strength(least)


def test_models_of_security_keys() -> None:
    wanted: Condition = AllOf((Strength(3), WithSecurityKeys((KEY,))))
    value = {
        "id": "own",
        "allowedCombinations": ["fido2"],
        "combinationConfigurations": [{"appliesToCombinations": ["fido2"], "allowedAAGUIDs": [KEY.upper()]}],
    }
    assert read_strength(node(value), {}, Effect.WIDER) == wanted
    value["combinationConfigurations"] = [{"id": "x", "allowedIssuerSkis": ["aa"]}]
    read = node(value)
    assert read_strength(read, {}, Effect.WIDER) == Strength(3)
    assert effects(read, value)["combinationConfigurations[0]"] == "wider"
