"""`limen.toml`: shape by pydantic, meaning here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from limen.company.folder import SETTINGS
from limen.company.https_section import https_problems
from limen.company.mail_section import mail_problems
from limen.company.one_port import port_problems
from limen.configuration.problem import Problem, did_you_mean, shown
from limen.configuration.shape import shaped_in_part
from limen.configuration.tree import Tree
from limen.messages import Language
from limen.pillars import pillars
from limen.printable import is_printable
from limen.settings import Settings, settings_model

LONGEST_TITLE: Final = 200
"""The longest title of a group, in characters: it stands on pages and in sentences."""
_LANGUAGES: Final = " or ".join(f'"{language}"' for language in Language)
_FOR_THIS_MACHINE: Final = {
    "check": "the check server believes whoever reaches it, so it listens on this machine only",
    "health": "health and metrics tell when Limen is weak, so they are answered on this machine only",
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
    if settings.time_zone not in available_timezones():
        fix = did_you_mean(settings.time_zone, available_timezones(), "name one such as Europe/Berlin")
        yield Problem(SETTINGS, *tree.at("time_zone"), f"there is no time zone {shown(settings.time_zone)}", fix)
    yield from _language_problems(settings, tree)
    if settings.url:
        yield from _url_problems(settings, tree)
    for key in ("address", "check", "health"):
        if complaint := _listen_complaint(key, getattr(settings.listen, key)):
            yield Problem(SETTINGS, *tree.at("listen", key), *complaint)
    yield from https_problems(settings, tree)
    yield from port_problems(settings, tree)
    yield from mail_problems(settings.mail, tree)
    if settings.backup.recipient and not _is_recipient(settings.backup.recipient):
        what = f"{shown(settings.backup.recipient)} is no age recipient"
        fix = "copy it anew: it begins with age1, and `age-keygen` makes one with its key"
        yield Problem(SETTINGS, *tree.at("backup", "recipient"), what, fix)
    for path, text in ((("name",), settings.name), (("help", "contact"), settings.help.contact)):
        if not is_printable(text):
            what = f"the {path[-1]} holds characters that can't be shown"
            yield Problem(SETTINGS, *tree.at(*path), what, "remove them")
    for network in settings.networks:
        if not is_printable(network) or len(network) > LONGEST_TITLE:
            what = f"a network can't be called {shown(network)}"
            fix = f"use at most {LONGEST_TITLE} characters that can be shown"
            yield Problem(SETTINGS, *tree.key_at("networks", network), what, fix)
    yield from _group_problems(settings, tree)


def _is_recipient(written: str) -> bool:
    """Whether backups can be sealed for it: a letter that was mistyped would be noticed at night, or never."""
    import pyrage  # noqa: PLC0415 -- few name one

    try:
        pyrage.x25519.Recipient.from_str(written)
    except pyrage.RecipientError:
        return False
    return True


def _group_problems(settings: Settings, tree: Tree) -> Iterator[Problem]:
    for group, title in settings.groups.items():
        if not is_printable(title):
            what = f"the title {shown(title)} holds characters that can't be shown"
            yield Problem(SETTINGS, *tree.at("groups", group), what, "remove them")
        elif len(title) > LONGEST_TITLE:
            what = f"this title is longer than {LONGEST_TITLE} characters"
            yield Problem(SETTINGS, *tree.at("groups", group), what, "shorten it")
        if not _GROUP.fullmatch(group):
            what = f"a group can't be called {shown(group)}"
            yield Problem(SETTINGS, *tree.key_at("groups", group), what, "use small letters, digits, `-` and `_`")


def _language_problems(settings: Settings, tree: Tree) -> Iterator[Problem]:
    for place, code in enumerate(settings.languages):
        if code not in set(Language):
            fix = did_you_mean(code, set(Language), f"write {_LANGUAGES}")
            yield Problem(SETTINGS, *tree.at("languages", place), f"Limen does not speak {shown(code)}", fix)
        elif code in settings.languages[:place]:
            yield Problem(SETTINGS, *tree.at("languages", place), f"{shown(code)} is named twice", "name it once")


def _url_problems(settings: Settings, tree: Tree) -> Iterator[Problem]:
    at = tree.at("url")
    try:
        url = urlsplit(settings.url)
        host, _ = url.hostname or "", url.port
    except ValueError:
        yield Problem(SETTINGS, *at, f"{shown(settings.url)} is no URL", "write https://limen.your.domain")
        return
    if url.scheme not in {"http", "https"} or not host:
        yield Problem(SETTINGS, *at, f"{shown(settings.url)} is no URL", "write https://limen.your.domain")
    elif url.path not in {"", "/"} or url.query or url.fragment or url.username is not None:
        yield Problem(SETTINGS, *at, "the sign-in host's URL is only scheme, host and port", "remove the rest")
    elif settings.domain and not host.endswith("." + settings.domain):
        what = f"the sign-in host {shown(host)} is outside the domain {shown(settings.domain)}"
        yield Problem(SETTINGS, *at, what, f"name a host in it, such as limen.{settings.domain}")
    elif complaint := _port_complaint(settings):
        yield Problem(SETTINGS, *at, *complaint)


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
            return None if path.startswith("/") else (f"the socket {shown(path)} is no absolute path", fix)
    host, _, port = text.rpartition(":")
    if not host:
        return f"{shown(text)} names no host", fix
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and 1 <= int(port) <= 65535):
        return f"{shown(text)} names no port from 1 to 65535", fix
    if host == "localhost" and key == "address":
        return None
    try:
        address = ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return f"the host {shown(host)} is no IP address", fix
    if (address.version == 6) != (host.startswith("[") and host.endswith("]")):
        return f"{shown(text)} can be read in two ways", f"write it as {_written(str(address))}:{port}"
    if key in _FOR_THIS_MACHINE and not address.is_loopback:
        return _FOR_THIS_MACHINE[key], fix
    return None


def _written(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _port_complaint(settings: Settings) -> tuple[str, str] | None:
    """A browser on this machine goes straight to Limen, unless a front stands between, which Limen is then told of."""
    url = urlsplit(settings.url)
    listens = settings.listen.address
    if url.scheme != "http" or settings.listen.trusted_proxies or _listen_complaint("address", listens):
        return None
    port, own = url.port or 80, int(listens.rpartition(":")[2])
    if port == own or not (url.hostname or "").endswith(".localhost"):
        return None
    what = f"url says port {port}, Limen listens on {own}"
    return what, "name one port in both, or the front that stands between in trusted_proxies under [listen]"
