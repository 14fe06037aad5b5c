"""Which other providers a company has, by what names them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.roadmap.harbor import app, company_of, federated, harbor, logging

from limen.facts.access_rules import FILE as ACCESS, AccessRules
from limen.facts.directory import Directory, DirectoryKind
from limen.facts.entra_tenant import EntraTenant
from limen.monitor.monitor_rules import LogSource, Service, Way
from limen.roadmap.identity.providers import declared_providers, federated_providers, name_of, no_log, tells_of_sign_ins

OWN = LogSource("okta", Way.ASKED, service=Service(url="https://login.harbor.example"))
M365 = LogSource("m365", Way.ASKED, service=Service(reads=("sign_ins", "unified_audit")))
AUDIT = LogSource("m365", Way.ASKED, service=Service(reads=("unified_audit",)))


@pytest.mark.parametrize(
    ("url", "provider"),
    [
        ("https://login.microsoftonline.com/harbor/v2.0", "azure"),
        ("https://sts.windows.net/harbor/", "azure"),
        ("https://harbor.okta.com", "okta"),
        ("https://harbor.okta.com.evil.example/okta.com", "harbor.okta.com.evil.example"),
        ("https://notokta.com", "notokta.com"),
        ("https://accounts.google.com", "accounts.google.com"),
        ("urn:harbor:saml", "urn:harbor:saml"),
        ("https://[broken", "https://[broken"),
    ],
)
def test_an_issuer_is_known_by_its_host(url: str, provider: str) -> None:
    company = federated(company_of(), url)
    assert federated_providers(company) == {provider}
    assert provider in declared_providers(company)
    assert name_of(provider) in no_log(provider)


def test_oktas_own_domain_is_known_by_the_source_that_is_asked_there() -> None:
    company = federated(company_of(), "https://login.harbor.example/oauth2/default")
    assert federated_providers(company) == {"login.harbor.example"}
    assert federated_providers(logging(company, okta=OWN)) == {"okta"}


def test_whatever_names_a_provider_makes_it_known() -> None:
    bare = logging(company_of())
    assert declared_providers(None) == declared_providers(bare) == ()
    asks = replace(app("mail"), entra=EntraTenant("t", "c", "o"))
    assert declared_providers(replace(bare, apps=(asks,))) == ("azure",)
    groups = AccessRules((), (), {"cloud": Directory(DirectoryKind.ENTRA)}, ())
    assert declared_providers(replace(bare, parts={**bare.parts, ACCESS: groups})) == ("azure",)
    assert declared_providers(logging(harbor(), audit=AUDIT)) == ("azure",)
    pushed = LogSource("json", Way.HTTP, products=("nginx", "okta"))
    assert declared_providers(logging(harbor(), pushed=pushed)) == ("okta",)


def test_only_a_log_that_has_the_sign_ins_tells_of_them() -> None:
    assert tells_of_sign_ins(M365, "azure")
    assert not tells_of_sign_ins(AUDIT, "azure")
    assert tells_of_sign_ins(OWN, "okta")
    assert not tells_of_sign_ins(OWN, "azure")
    assert tells_of_sign_ins(LogSource("json", Way.HTTP, products=("entra",)), "azure")
