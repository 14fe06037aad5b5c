"""The services that sign people in: each answers, is who it says it is, has a clock like ours, and knows Limen."""

from __future__ import annotations

import asyncio
from base64 import b64decode
from typing import Final

from limen.clock import DAY, SECOND, Milliseconds, SystemClock
from limen.company.child import parse_texts
from limen.company.folder import read_folder
from limen.configuration.tree import Tree
from limen.doctor.in_thread import aside
from limen.doctor.setup import Setup
from limen.enforcement.resolving import Resolver
from limen.errors import LimenError
from limen.facts import Issuer
from limen.finding import Finding, State
from limen.pillar import Around
from limen.sso.saml.keys import SamlKeys
from limen.sso.upstream import store
from limen.sso.upstream.decryption_keys import DecryptionKey
from limen.sso.upstream.fetching import Fetching, IssuerError
from limen.sso.upstream.issuer_client import IssuerClient, Proof
from limen.sso.upstream.metadata import Metadata, discovery_url
from limen.sso.upstream.saml_upstream import SamlUpstream
from limen.sso.upstream.sign_in_file import FILE, read, shared_domains
from limen.storage.kept_briefly import KeptBriefly

NAME: Final = "sign-in services"
TOLERATED: Final[Milliseconds] = 30 * SECOND
CHANGES_SOON: Final[Milliseconds] = 30 * DAY
_SAID: Final = {
    "unreachable": ("nothing answers at {url}", "check its address in sign-in.yaml, and your network"),
    "slow": ("{url} doesn't answer within seconds", "check your network, or wait until the service is well"),
    "off-limits": ("it names an address that Limen doesn't connect to", "tell whoever runs the service"),
    "redirects": ("{url} redirects where it must answer", "write the issuer as its discovery document says it"),
    "refused": ("{url} answers with an error", "check the issuer in sign-in.yaml"),
    "another-issuer": ("the document at {url} names another issuer", "write the issuer as the document says it"),
    "no-sign-in": ("{url} names no address by HTTP-Redirect, or no key that counts", "have the service set up both"),
    "out-of-date": ("what {url} says is out of date", "tell whoever runs the service"),
}
_GARBAGE: Final = ("what {url} answers can't be understood", "check the issuer in sign-in.yaml")


async def issuers(setup: Setup) -> list[Finding]:
    """It reads each service's discovery document and keys, looks at the Date of its answers and whether a secret is
    stored, and signs in nowhere.
    """
    listed = await aside(lambda: _listed(setup))
    if not listed:
        return [Finding(NAME, State.SKIPPED, "nobody signs in with an account elsewhere", where=FILE)]
    kept = await aside(lambda: _with_secrets(setup))
    each = await asyncio.gather(*(_of_issuer(one, kept) for one in listed))
    shared = [Finding(NAME, State.WARNING, what, fix, FILE) for what, fix in shared_domains(listed)]
    return [*(finding for findings in each for finding in findings), *shared]


def _listed(setup: Setup) -> tuple[Issuer, ...]:
    """The issuers, as far as the file can be read; what is wrong with it is said by another examination."""
    text = read_folder(setup.root).texts.get(FILE)
    files, _ = parse_texts({FILE: text}) if text is not None else ({}, [])
    written = files.get(FILE, {}).get("tree")
    found = read(Tree(written), Around(setup.settings, None, None))[0] if written is not None else None
    return found.issuers if found is not None else ()


def _with_secrets(setup: Setup) -> frozenset[str] | None:
    """The issuers whose secret is stored; None where the database can't be read."""
    return setup.kept(lambda s: store.with_secrets(s.connection), frozenset[str]())


async def _of_issuer(issuer: Issuer, kept: frozenset[str] | None) -> list[Finding]:
    findings = []
    if issuer.needs_secret and kept is not None and issuer.url not in kept:
        fix = f"run `limen issuer-secret {issuer.id}`"
        findings.append(Finding(NAME, State.WRONG, f"{issuer.name}: Limen has no secret for it", fix, issuer.id))
    if issuer.saml is not None and not issuer.saml.metadata_url:
        return _of_certificates(issuer, issuer.saml.certificates)
    url = issuer.saml.metadata_url if issuer.saml is not None else discovery_url(issuer)
    fetching = Fetching(issuer.saml.metadata_url if issuer.saml is not None else issuer.url, Resolver)
    try:
        number = await _keys_of(issuer, fetching)
    except IssuerError as error:
        what, fix = _SAID.get(error.word, _GARBAGE)
        return [*findings, Finding(NAME, State.WRONG, f"{issuer.name}: {what.format(url=url)}", fix, issuer.id)]
    except LimenError as error:
        return [*findings, Finding(NAME, State.WRONG, f"{issuer.name}: {error.what}", error.fix, issuer.id)]
    finally:
        await fetching.close()
    off = fetching.said_at - SystemClock().now() if fetching.said_at else 0
    if abs(off) > TOLERATED:
        what = (
            f"{issuer.name}: its clock is {abs(off) // SECOND} s {'ahead of' if off > 0 else 'behind'} this machine's"
        )
        fix = "set whichever is wrong: beyond a minute every sign-in is refused"
        findings.append(Finding(NAME, State.WARNING, what, fix, issuer.id))
    if findings:
        return findings
    return [Finding(NAME, State.OK, f"{issuer.name} answers, with {number} keys", where=issuer.id)]


async def _keys_of(issuer: Issuer, fetching: Fetching) -> int:
    """How many keys it publishes. Raises IssuerError."""
    if issuer.saml is not None:
        saml = SamlUpstream(
            issuer, fetching, KeptBriefly.in_memory(SystemClock()), SystemClock(), lambda: SamlKeys(()), _no_key, ""
        )
        return len((await saml.described()).certificates)
    return len(await IssuerClient(issuer, fetching, SystemClock(), _no_proof).keys())


def _of_certificates(issuer: Issuer, certificates: tuple[str, ...]) -> list[Finding]:
    """Of an issuer whose certificates stand in the file: the end of one says when the service will change it."""
    from cryptography import x509  # noqa: PLC0415 -- heavy, and only who wrote certificates waits for it

    ends = max(x509.load_der_x509_certificate(b64decode(one)).not_valid_after_utc for one in certificates)
    left = int(ends.timestamp()) * SECOND - SystemClock().now()
    if left > CHANGES_SOON:
        what = f"{issuer.name}: its keys and addresses stand in {FILE}, so nothing is asked"
        return [Finding(NAME, State.OK, what, where=issuer.id)]
    what = f"{issuer.name}: its last certificate in {FILE} ends on {ends:%Y-%m-%d}"
    fix = "add the next one before the service changes to it, or write `metadata`"
    return [Finding(NAME, State.WARNING, what, fix, issuer.id)]


async def _no_key() -> DecryptionKey:
    return DecryptionKey("", "")


async def _no_proof(_metadata: Metadata) -> Proof:
    return Proof()
