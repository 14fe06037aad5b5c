"""`limen.toml`: shape by pydantic, meaning here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from limen.company.folder import SETTINGS
from limen.company.https_section import https_complaints
from limen.company.mail_section import mail_complaints
from limen.company.one_port import port_complaints
from limen.company.trusted_fronts import proxy_complaints
from limen.configuration.problem import Complaint, Problem, did_you_mean, shown, unknown
from limen.configuration.shape import shaped_in_part
from limen.configuration.tree import Tree
from limen.messages import Language
from limen.pillars import pillars
from limen.printable import is_printable
from limen.settings import Settings, settings_model
from limen.storage.backend import address_of
from limen.storage.errors import DatabaseUnfitError

LONGEST_TITLE: Final = 200
"""The longest title of a group, in characters: it stands on pages and in sentences."""
_LANGUAGES: Final = " or ".join(f'"{language}"' for language in Language)
_FOR_THIS_MACHINE: Final = {
    "check": "the check server trusts its callers, so it only listens on this machine",
    "health": "health and metrics reveal when Limen is vulnerable, so they are only served on this machine",
}
"""What may be left off, and where it listens must not be reached from anywhere else."""
_GROUP: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")


def read_settings(tree: Tree) -> tuple[Settings | None, list[Problem]]:
    """What can be read of the settings in `tree` (None: nothing), and every problem.

    A domain that can't be read is "".
    """
    pillars()  # their sections may stand in it, too
    written = tree.plain()
    settings, problems = shaped_in_part(
        settings_model(), written, tree, SETTINGS, (), {"name": "?", "domain": "localhost"}
    )
    if settings is None:
        return None, problems
    if not isinstance(written, dict) or settings.domain != written.get("domain"):
        settings = settings.model_copy(update={"domain": ""})
    if groups := group_names(tree):
        settings = settings.model_copy(update={"groups": {one: settings.groups.get(one, one) for one in groups}})
    return settings, [*problems, *_problems(settings, tree)]


def group_names(tree: Tree) -> list[str]:
    """The groups that stand in `tree`, whatever else is wrong there."""
    written = tree.plain()
    groups: Any = written.get("groups") if isinstance(written, dict) else None
    return list(groups) if isinstance(groups, dict) else []


def _problems(settings: Settings, tree: Tree) -> Iterator[Problem]:
    for path, what, fix in _complaints(settings, tree):
        yield Problem(SETTINGS, *tree.at(*path), what, fix)
    for path, what, fix in _names_that_cannot_be(settings):
        yield Problem(SETTINGS, *tree.key_at(*path), what, fix)


def _complaints(settings: Settings, tree: Tree) -> Iterator[Complaint]:
    """What is wrong with a value."""
    if settings.time_zone not in available_timezones():
        fix = "use one such as Europe/Berlin"
        yield ("time_zone",), *unknown("time zone", settings.time_zone, available_timezones(), fix)
    if settings.url and (complaint := _url_complaint(settings)):
        yield ("url",), *complaint
    for key in ("address", "check", "health"):
        if complaint := _listen_complaint(key, getattr(settings.listen, key)):
            yield ("listen", key), *complaint
    yield from https_complaints(settings)
    yield from port_complaints(settings, tree)
    yield from proxy_complaints(settings)
    yield from mail_complaints(settings.mail)
    if settings.database.url:
        try:
            address_of(settings.database.url)
        except DatabaseUnfitError as error:
            yield ("database", "url"), error.what, error.fix
    if settings.backup.recipient and not _is_recipient(settings.backup.recipient):
        fix = "copy it again: it starts with age1, and `age-keygen` creates one with its key"
        yield ("backup", "recipient"), f"{shown(settings.backup.recipient)} is not an age recipient", fix
    yield from _word_complaints(settings)


def _word_complaints(settings: Settings) -> Iterator[Complaint]:
    """What is wrong with what people read, and in which languages."""
    for place, code in enumerate(settings.languages):
        if code not in set(Language):
            fix = did_you_mean(code, set(Language), f"write {_LANGUAGES}")
            yield ("languages", place), f"Limen doesn't support the language {shown(code)}", fix
        elif code in settings.languages[:place]:
            yield ("languages", place), f"{shown(code)} is listed twice", "list it once"
    for path, text in ((("name",), settings.name), (("help", "contact"), settings.help.contact)):
        if not is_printable(text):
            yield path, f"the {path[-1]} contains characters that can't be displayed", "remove them"
    for group, title in settings.groups.items():
        if not is_printable(title):
            yield (
                ("groups", group),
                f"the title {shown(title)} contains characters that can't be displayed",
                "remove them",
            )
        elif len(title) > LONGEST_TITLE:
            yield ("groups", group), f"this title is longer than {LONGEST_TITLE} characters", "shorten it"


def _names_that_cannot_be(settings: Settings) -> Iterator[Complaint]:
    """What is wrong with a name that the company chose."""
    for network in settings.networks:
        if not is_printable(network) or len(network) > LONGEST_TITLE:
            fix = f"use at most {LONGEST_TITLE} visible characters"
            yield ("networks", network), f"a network can't be named {shown(network)}", fix
    for group in settings.groups:
        if not _GROUP.fullmatch(group):
            fix = "use lowercase letters, digits, `-` and `_`"
            yield ("groups", group), f"a group can't be named {shown(group)}", fix


def _is_recipient(written: str) -> bool:
    """Whether backups can be sealed for it: a letter that was mistyped would be noticed at night, or never."""
    import pyrage  # noqa: PLC0415 -- few name one

    try:
        pyrage.x25519.Recipient.from_str(written)
    except pyrage.RecipientError:
        return False
    return True


def _url_complaint(settings: Settings) -> tuple[str, str] | None:
    try:
        url = urlsplit(settings.url)
        host, _ = url.hostname or "", url.port
    except ValueError:
        return f"{shown(settings.url)} is not a valid URL", "write https://limen.your.domain"
    if url.scheme not in {"http", "https"} or not host:
        return f"{shown(settings.url)} is not a valid URL", "write https://limen.your.domain"
    if url.path not in {"", "/"} or url.query or url.fragment or url.username is not None:
        return "the sign-in host's URL consists only of scheme, host and port", "remove the rest"
    if settings.domain and not host.endswith("." + settings.domain):
        what = f"the sign-in host {shown(host)} is outside the domain {shown(settings.domain)}"
        return what, f"use a host in it, such as limen.{settings.domain}"
    return _port_complaint(settings)


def _listen_complaint(key: str, text: str) -> tuple[str, str] | None:
    """What is wrong with a place to listen on. An empty host would be every interface, which nobody says by mistake."""
    usual = {"address": "127.0.0.1:8080", "check": "127.0.0.1:8081", "health": "127.0.0.1:8082"}[key]
    fix = f"write an IP address and a port, such as {usual}"
    if not text and key in _FOR_THIS_MACHINE:
        return None
    if key == "check":
        fix += ', or unix:/run/limen.sock, or ""'
        if text.startswith("unix:"):
            path = text.removeprefix("unix:")
            return None if path.startswith("/") else (f"the socket {shown(path)} is not an absolute path", fix)
    host, _, port = text.rpartition(":")
    if not host:
        return f"{shown(text)} has no host", fix
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and 1 <= int(port) <= 65535):
        return f"{shown(text)} has no port from 1 to 65535", fix
    if host == "localhost" and key == "address":
        return None
    try:
        address = ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return f"the host {shown(host)} is not an IP address", fix
    if (address.version == 6) != (host.startswith("[") and host.endswith("]")):
        return f"{shown(text)} is ambiguous", f"write it as {_written(str(address))}:{port}"
    if key in _FOR_THIS_MACHINE and not address.is_loopback:
        return _FOR_THIS_MACHINE[key], fix
    return None


def _written(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _port_complaint(settings: Settings) -> tuple[str, str] | None:
    """A browser on this machine reaches Limen directly, unless `trusted_proxies` names a proxy between them."""
    url = urlsplit(settings.url)
    listens = settings.listen.address
    if url.scheme != "http" or settings.listen.trusted_proxies or _listen_complaint("address", listens):
        return None
    port, own = url.port or 80, int(listens.rpartition(":")[2])
    if port == own or not (url.hostname or "").endswith(".localhost"):
        return None
    what = f"url says port {port}, Limen listens on {own}"
    return what, "use the same port in both, or add the proxy in front of Limen to trusted_proxies under [listen]"
