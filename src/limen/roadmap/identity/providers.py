"""Other providers at which people sign in, by all that Limen knows of each. Pure.

Whatever names one counts: a provider is not forgotten because the log that told of it was disconnected.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from limen.company.company import Company
from limen.facts.access_rules import FILE as ACCESS, AccessRules
from limen.facts.directory import DirectoryKind
from limen.monitor.monitor_file import FILE as MONITOR
from limen.monitor.monitor_rules import LogSource, MonitorRules
from limen.monitor.normal_form.products import PRODUCTS
from limen.sso.upstream.sign_in_file import SIGN_IN_FILE, SignInFile

ENTRA: Final = "azure"
OKTA: Final = "okta"
"""As their events' `product` calls them."""
LOGGED: Final[Mapping[str, str]] = {ENTRA: "Entra ID", OKTA: "Okta"}
"""Those whose logs say how people proved who they are, with their names."""
TOLD_BY: Final[Mapping[str, str]] = {ENTRA: ENTRA, OKTA: OKTA, "m365": ENTRA}
"""Of which provider an event tells, by its product: whoever uses Microsoft 365 signs in with Entra ID."""
_SIGN_INS: Final = "sign_ins"
_HOSTS: Final[Mapping[str, tuple[str, ...]]] = {
    ENTRA: (
        "login.microsoftonline.com",
        "login.microsoftonline.us",
        "login.partner.microsoftonline.cn",
        "sts.windows.net",
    ),
    OKTA: ("okta.com", "oktapreview.com", "okta-emea.com", "okta-gov.com"),
}
"""At which hosts, or hosts below them, each issues."""


def name_of(provider: str) -> str:
    return LOGGED.get(provider, provider)


def no_log(provider: str) -> str:
    """What is missing where no log tells of the sign-ins at a provider, and what to do."""
    if provider in LOGGED:
        return f"Connect the sign-in log of {LOGGED[provider]} under Sources (monitor.yaml)"
    return (
        f"No log tells how people sign in at {provider}: have them sign in with Limen, Entra ID or Okta instead, or "
        "leave this out with a reason"
    )


def declared_providers(company: Company | None) -> tuple[str, ...]:
    """Every provider that the company's files name, by the product of its log, or the host of one without."""
    return () if company is None else tuple(dict.fromkeys(_declared(company)))


def federated_providers(company: Company | None) -> frozenset[str]:
    """Those to which sign-in is federated: issuers that Limen trusts, and Entra ID where it asks Limen for a factor."""
    if company is None:
        return frozenset()
    file = company.parts.get(SIGN_IN_FILE.name)
    issuers = file.issuers if isinstance(file, SignInFile) else ()
    asks_limen = [ENTRA] if any(one.entra is not None for one in company.all_apps.values()) else []
    return frozenset((*(_issuing(company, one.url) for one in issuers), *asks_limen))


def tells_of_sign_ins(source: LogSource, provider: str) -> bool:
    """Whether the sign-ins at a provider come from there."""
    if any(PRODUCTS.get(one) == provider for one in source.products):
        return True
    if provider == ENTRA and source.kind == "m365":
        return source.service is None or _SIGN_INS in source.service.reads
    return source.kind == provider


def _issuing(company: Company, url: str) -> str:
    """Whose issuer this is, as far as its address, or a source of logs at the same host, tells."""
    host = _host(url)
    for provider, hosts in _HOSTS.items():
        if any(host == one or host.endswith(f".{one}") for one in hosts):
            return provider
    own = {_host(one.service.url) for one in _sources(company) if one.kind == OKTA and one.service is not None}
    return OKTA if host and host in own else host or url


def _declared(company: Company) -> Iterator[str]:
    yield from sorted(federated_providers(company))
    access = company.parts.get(ACCESS)
    if isinstance(access, AccessRules) and any(one.kind is DirectoryKind.ENTRA for one in access.directories.values()):
        yield ENTRA
    for source in _sources(company):
        products = (source.kind, *(PRODUCTS.get(one, "") for one in source.products))
        yield from (TOLD_BY[one] for one in products if one in TOLD_BY)


def _sources(company: Company) -> list[LogSource]:
    rules = company.parts.get(MONITOR)
    return list(rules.sources.values()) if isinstance(rules, MonitorRules) else []


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
