"""What else exports show, beside the controls: openings of the firewall, mail that anybody can forge, wide consents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.assessing.kinds import Provider
from limen.assessing.people_evidence import apps_of, people_who
from limen.assessing.told import Domain, Told

MOST_APPS: Final = 20
_WIDE: Final = (
    "mail.read",
    "mail.send",
    "files.read",
    "files.readwrite",
    "sites.",
    "directory.",
    "full_access",
    "auth/gmail",
    "mail.google.com",
    "auth/drive",
    "auth/admin",
)
"""Parts of scopes that give an app all mail or files, or the directory."""


def observations(told: Told, openings: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """What each is about, and what was seen, a sentence."""
    yield from (("firewall", f"{one}.") for one in openings)
    for domain in told.domains.values():
        yield from ((domain.name, one) for one in _of_domain(domain))
    yield from _wide_consents(told)
    yield from _unread_providers(told)


def _of_domain(domain: Domain) -> Iterator[str]:
    if len(domain.spf) != 1:
        yield f"It has {len(domain.spf) or 'no'} SPF records: anybody can send mail in its name (RFC 7208)."
    elif not domain.spf[0].casefold().rstrip().endswith(("-all", "~all")) and "redirect=" not in domain.spf[0]:
        yield "Its SPF record ends with neither -all nor ~all, so it forbids nothing."
    if len(domain.dmarc) != 1:
        yield f"It has {len(domain.dmarc) or 'no'} DMARC records: forged mail is not refused (RFC 7489)."
    elif _tag(domain.dmarc[0], "p") not in {"quarantine", "reject"}:
        yield "Its DMARC policy is none: forged mail is delivered."
    if domain.is_asked:
        yield "Nobody lists the keys by which its mail is signed (DKIM): look at the provider's settings."
    elif not domain.signing_keys and not domain.has_no_mail:
        yield "No key is there by which its mail is signed (DKIM, RFC 6376)."
    if domain.mail_hosts and not domain.has_mta_sts:
        yield "It has no MTA-STS: mail to it may be read and changed on the way (RFC 8461)."
    if not domain.has_caa:
        yield "It has no CAA record: every authority may issue certificates for it (RFC 8659)."


def _tag(record: str, name: str) -> str:
    pairs = (one.partition("=") for one in record.split(";"))
    return next((value.strip().casefold() for key, _, value in pairs if key.strip().casefold() == name), "")


def _wide_consents(told: Told) -> Iterator[tuple[str, str]]:
    found = []
    for _, name, consents in apps_of(told):
        wide = sorted({one for each in consents for one in each.scopes if _is_wide(one)})
        if wide:
            who = "everybody" if any(not one.by for one in consents) else people_who(consents)
            found.append((name, f"It has access to mail, files or the directory of {who}: {', '.join(wide[:3])}."))
    yield from found[:MOST_APPS]
    if len(found) > MOST_APPS:
        yield "apps", f"{len(found) - MOST_APPS} more have such access."


def _is_wide(scope: str) -> bool:
    return any(part in scope.casefold() for part in _WIDE)


def _unread_providers(told: Told) -> Iterator[tuple[str, str]]:
    own = {one.provider for one in told.kinds}
    for provider in Provider:
        named = [one.name for one in told.domains.values() if provider in one.providers]
        if named and provider not in own:
            yield provider.brand, f"{', '.join(named[:3])} uses it, and no export of it is here."
