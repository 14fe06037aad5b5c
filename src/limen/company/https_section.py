"""The section `[https]` of `limen.toml`: what has to be said for each mode, and what can't be meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from limen.configuration.problem import Complaint, shown
from limen.settings import Https, Settings

_EMAIL: Final = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@([A-Za-z0-9-]{1,63}\.)*[A-Za-z0-9-]{1,63}")
_NEVER_PUBLIC: Final = ("localhost", "local", "internal", "lan", "home", "home.arpa", "test", "invalid")
"""Ends of names that no public authority gives certificates for (RFC 2606, RFC 6762, RFC 8375).

`example` is left out, so that what is documented with it can be tried with `limen check`.
"""


def https_complaints(settings: Settings) -> Iterator[Complaint]:
    """Everything about `[https]` that is wrong, or that can't be meant beside the other settings."""
    for key, what, fix in (*_always(settings.https), *(_when_on(settings) if settings.https.is_on else ())):
        yield ("https", key) if key != "url" else ("url",), what, fix


def _always(https: Https) -> Iterator[tuple[str, str, str]]:
    if https.email and not _EMAIL.fullmatch(https.email):
        yield "email", f"{shown(https.email)} is not an email address", "use one such as it@your.domain"
    if https.acme_server and not _is_https_url(https.acme_server):
        fix = "enter the authority's directory, such as https://ca.your.domain/acme/acme/directory"
        yield "acme_server", f"{shown(https.acme_server)} is not an https URL", fix
    if not https.listen:
        yield "listen", "https has no address to listen on", 'write ["0.0.0.0", "::"], or omit it'
    if https.port == https.http_port:
        yield "http_port", "https and http can't share a port", "give each its own, or set http_port = 0"
    for key, modes in (("certificate", "files"), ("key", "files"), ("acme_server", "acme"), ("acme_ca_file", "acme")):
        if getattr(https, key) and https.mode not in {modes, "off"}:
            yield key, f'`{key}` is for mode = "{modes}", and mode is {shown(https.mode)}', "remove it"


def _when_on(settings: Settings) -> Iterator[tuple[str, str, str]]:
    https = settings.https
    if https.mode == "files":
        for key in ("certificate", "key"):
            if getattr(https, key) is None:
                yield "mode", f'mode = "files" needs `{key}`', f'write {key} = "path/to/file.pem" under [https]'
    elif https.mode == "acme":
        yield from _acme(settings)
    try:
        url = urlsplit(settings.public_url)
        port = url.port or (443 if url.scheme == "https" else 80)
    except ValueError:
        return  # said of `url` already
    if url.scheme == "http":
        yield "url", "[https] is on, and url says http", f'write url = "https://{url.hostname}{_port(https.port)}"'
    elif port != https.port and (url.hostname or "").endswith(".localhost"):  # elsewhere a router may stand between
        if settings.url:
            yield "url", f"url says port {port}, https listens on {https.port}", "use the same port in both"
        else:
            what = f"browsers would come to port {port}, because there is no url, and https listens on {https.port}"
            yield "port", what, f'write url = "https://{url.hostname}{_port(https.port)}" beside domain'


def _acme(settings: Settings) -> Iterator[tuple[str, str, str]]:
    domain = settings.domain
    is_private = any(domain == end or domain.endswith(f".{end}") for end in _NEVER_PUBLIC) or "." not in domain
    if domain and is_private and not settings.https.acme_server:
        what = f"no public authority issues certificates for {shown(domain)}"
        yield "mode", what, 'write mode = "internal", or set your own acme_server'
    if settings.https.acme_ca_file is not None and not settings.https.acme_server:
        yield "acme_ca_file", "`acme_ca_file` needs `acme_server`", "set the authority's directory, or remove it"


def _is_https_url(text: str) -> bool:
    try:
        url = urlsplit(text)
        return url.scheme == "https" and bool(url.hostname) and url.username is None and url.port != 0
    except ValueError:
        return False


def _port(port: int) -> str:
    return "" if port == 443 else f":{port}"
