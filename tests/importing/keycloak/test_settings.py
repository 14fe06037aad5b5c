from __future__ import annotations

from limen.importing.keycloak.settings import account_for_realm, people_source, read_sessions
from limen.importing.report import UNKNOWN, Report, Verdict

DIRECTORY = {
    "providerId": "ldap",
    "name": "Office",
    "config": {
        "connectionUrl": ["ldaps://dc1.harbor.example:636"],
        "bindDn": ["cn=k,dc=harbor"],
        "usersDn": ["ou=p,dc=harbor"],
        "bindCredential": ["x"],
    },
}


def test_lengths_of_sessions_are_seconds() -> None:
    realm = {"ssoSessionMaxLifespan": 36_000, "ssoSessionIdleTimeout": 1_800}
    assert read_sessions(realm, ("r",), Report()) == {"absolute_hours": 10, "idle_hours": 0.5}
    assert read_sessions({"ssoSessionMaxLifespan": 0, "ssoSessionIdleTimeout": True}, ("r",), Report()) == {}


def test_a_directory_becomes_a_source_without_its_password() -> None:
    realm = {"components": {"org.keycloak.storage.UserStorageProvider": [DIRECTORY]}}
    report = Report()
    text = people_source(realm, ("r",), report)
    assert 'url: "ldaps://dc1.harbor.example:636"' in text
    found = {one.where.rpartition(".")[2]: one.verdict for one in report.account({"r": realm}).items}
    assert found["bindCredential"] is Verdict.LEFT_OUT
    assert people_source({}, ("r",), Report()) == ""


def test_what_nobody_knows_stays_unknown_by_name() -> None:
    realm = {"realm": "harbor", "passwordPolicy": "length(8)", "webAuthnPolicyRpId": "", "inventedYesterday": 1}
    report = Report()
    account_for_realm(realm, ("r",), report)
    assert [one.path[-1] for one in report.account({"r": realm}).items if one.how == UNKNOWN] == ["inventedYesterday"]
