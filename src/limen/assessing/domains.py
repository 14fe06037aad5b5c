"""What DNS says of domains about mail and certificates: from a zone file, or asked for where somebody wants that.

SPF is RFC 7208, DMARC RFC 7489, DKIM RFC 6376, MTA-STS RFC 8461, CAA RFC 8659, a null MX RFC 7505.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver
import dns.zone

from limen.assessing.folder import File
from limen.assessing.kinds import Provider
from limen.assessing.told import Domain, Told
from limen.errors import LimenError

MOST_BYTES: Final = 4 << 20
MOST_DOMAINS: Final = 20
ASKED_SECONDS: Final = 5.0
"""For one question."""
_DIRECTIVES: Final = {"$ORIGIN", "$TTL"}
"""`$INCLUDE` reads other files, `$GENERATE` makes millions of names of one line."""
_SOA: Final = re.compile(r"^(\S+)\s+(?:\d+\w?\s+)?(?:IN\s+)?(?:\d+\w?\s+)?SOA\s", re.MULTILINE)
_ORIGIN: Final = re.compile(r"^\$ORIGIN\s+(\S+)", re.MULTILINE)
_FORBIDDEN: Final = re.compile(r"^\$(?!ORIGIN\b|TTL\b)\w+", re.MULTILINE)
_DOMAIN: Final = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_ERRORS: Final = (dns.exception.DNSException, ValueError, UnicodeError, RecursionError)
_BY_MAIL: Final = (
    ("mail.protection.outlook.com", Provider.ENTRA),
    ("mx.microsoft", Provider.ENTRA),
    ("google.com", Provider.GOOGLE),
    ("googlemail.com", Provider.GOOGLE),
)
_BY_TEXT: Final = (
    ("include:spf.protection.outlook.com", Provider.ENTRA),
    ("MS=ms", Provider.ENTRA),
    ("include:_spf.google.com", Provider.GOOGLE),
)

Ask = Callable[[str, str], Sequence[str]]
"""All records of a type at a name, as texts of a zone file. Raises LimenError where no answer comes."""


def take_zone(told: Told, file: File) -> int:
    """Raises RefusedError for what is no whole zone."""
    if len(file.data) > MOST_BYTES:
        raise file.refused(f"a zone file is larger than {MOST_BYTES >> 20} MiB", "export the domain's own records")
    text = file.data.decode()
    if found := _FORBIDDEN.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise file.refused("a directive that is not read", "export the zone with its records written out", line)
    try:
        zone = dns.zone.from_text(
            text, _origin(file, text), relativize=False, check_origin=False, allow_directives=_DIRECTIVES
        )
    except _ERRORS as error:
        where = re.search(r":(\d+)", str(error))
        fix = "export it in BIND format"
        raise file.refused("this zone can't be read", fix, int(where[1]) if where else 0) from None

    def ask(name: str, kind: str) -> list[str]:
        found = zone.get_rdataset(dns.name.from_text(name), kind)
        return [] if found is None else [one.to_text() for one in found]

    name = str(zone.origin or "").rstrip(".").casefold()
    keys = sum("._domainkey." in str(one) for one in zone.nodes)
    told.domains[name] = _domain(name, ask, keys)
    return len(zone.nodes)


def ask_domains(told: Told, names: Iterable[str], ask: Ask) -> None:
    """Asks the DNS about them, so many at most. Raises LimenError where no answer comes."""
    for name in list(dict.fromkeys(one.casefold().rstrip(".") for one in names))[:MOST_DOMAINS]:
        if not _DOMAIN.fullmatch(name):
            raise LimenError(f"{name[:80]!r} is no domain", "write it as harbor.example")
        told.domains[name] = _domain(name, ask, 0, is_asked=True)


def mail_domains(told: Told) -> list[str]:
    """The domains of people's addresses, the most used first."""
    counts: dict[str, int] = {}
    for address in (*(one.address for one in told.accounts.values()), *told.people):
        name = address.rpartition("@")[2]
        if _DOMAIN.fullmatch(name) and not name.endswith(".onmicrosoft.com"):
            counts[name] = counts.get(name, 0) + 1
    return sorted(counts, key=lambda one: (-counts[one], one))[:MOST_DOMAINS]


def by_resolver(resolver: dns.resolver.Resolver | None = None) -> Ask:
    """Asks the resolver of this machine."""

    def ask(name: str, kind: str) -> list[str]:
        own = resolver or dns.resolver.Resolver()
        try:
            answer = own.resolve(dns.name.from_text(name), kind, lifetime=ASKED_SECONDS, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except _ERRORS as error:
            what = f"the DNS gives no answer about {name[:80]}: {type(error).__name__}"
            raise LimenError(what, "try again, or export the zone") from None
        return [one.to_text() for one in answer]

    return ask


def _origin(file: File, text: str) -> dns.name.Name:
    found = _ORIGIN.search(text) or _SOA.search(text)
    if found is None or found[1] == "@":
        raise file.refused("it does not say of which domain it is", "begin it with $ORIGIN harbor.example.")
    try:
        return dns.name.from_text(found[1])
    except _ERRORS:
        raise file.refused("its $ORIGIN is no domain", "write $ORIGIN harbor.example.") from None


def _domain(name: str, ask: Ask, keys: int, *, is_asked: bool = False) -> Domain:
    hosts = [one.split()[-1].rstrip(".").casefold() for one in ask(name, "MX") if one.split()]
    texts = [_text(one) for one in ask(name, "TXT")]
    policies = [_text(one) for one in ask(f"_dmarc.{name}", "TXT")]
    found = {provider for end, provider in _BY_MAIL for host in hosts if host == end or host.endswith("." + end)}
    found |= {provider for part, provider in _BY_TEXT for one in texts if part.casefold() in one.casefold()}
    return Domain(
        name,
        tuple(one for one in hosts if one),
        has_no_mail=hosts == [""],
        spf=tuple(one for one in texts if one.casefold().startswith("v=spf1")),
        dmarc=tuple(one for one in policies if one.casefold().startswith("v=dmarc1")),
        signing_keys=keys,
        has_mta_sts=any(_text(one).startswith("v=STSv1") for one in ask(f"_mta-sts.{name}", "TXT")),
        has_caa=bool(ask(name, "CAA")),
        providers=frozenset(found),
        is_asked=is_asked,
    )


def _text(record: str) -> str:
    """The strings of a TXT record as one."""
    return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', record)) or record
