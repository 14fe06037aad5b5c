from __future__ import annotations

import json

import pytest
from tests.importing.entra.harbor_tenant import CLAIMS
from tests.importing.entra.reading import effects, node

from limen.importing.entra.claims import read_claims

BASIC = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"


def test_what_apps_are_told_without_a_policy() -> None:
    assert read_claims(node({})) == ("email", ((f"{BASIC}emailaddress", "email"), (f"{BASIC}name", "email")))


def test_a_policy_and_what_of_it_can_not_be_told() -> None:
    value = {"claimsMappingPolicies": [{"definition": [json.dumps(CLAIMS)]}]}
    read = node(value)
    _, attributes = read_claims(read)
    assert dict(attributes)["https://ledger.harbor.example/name"] == "name"
    assert "https://ledger.harbor.example/number" not in dict(attributes)
    assert effects(read, value)["claimsMappingPolicies[0].definition"] == "stricter"


def test_people_may_be_called_by_what_never_changes() -> None:
    schema = [{"Source": "user", "ID": "objectid", "SamlClaimType": f"{BASIC}nameidentifier"}]
    body = {"ClaimsMappingPolicy": {"IncludeBasicClaimSet": "false", "ClaimsSchema": schema}}
    assert read_claims(node({"claimsMappingPolicies": [{"definition": [json.dumps(body)]}]})) == ("persistent", ())


@pytest.mark.parametrize(
    "definition",
    ["", "[", "[]", '{"ClaimsMappingPolicy": []}', '{"ClaimsMappingPolicy": {"ClaimsSchema": 7}}', "[" * 20_000],
)
def test_what_is_no_policy_says_nothing(definition: str) -> None:
    assert read_claims(node({"claimsMappingPolicies": [{"definition": [definition]}]}))[0] == "email"
