"""`limen.toml`: shape by pydantic, meaning here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from limen.company.folder import SETTINGS
from limen.company.problem import Problem, did_you_mean, shown
from limen.company.shape import shaped
from limen.company.tree import Tree
from limen.settings import Settings

_GROUP: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")


def read_settings(tree: Tree) -> tuple[Settings | None, list[Problem]]:
    """The settings in `tree` (None where their shape is wrong), and every problem."""
    settings = shaped(Settings, tree.plain(), tree, SETTINGS)
    if isinstance(settings, list):
        return None, settings
    return settings, list(_problems(settings, tree))


def _problems(settings: Settings, tree: Tree) -> Iterator[Problem]:
    if settings.time_zone not in available_timezones():
        fix = did_you_mean(settings.time_zone, available_timezones(), "name one such as Europe/Berlin")
        yield Problem(SETTINGS, *tree.at("time_zone"), f"there is no time zone {shown(settings.time_zone)}", fix)
    if settings.url:
        yield from _url_problems(settings, tree)
    for group in settings.groups:
        if not _GROUP.fullmatch(group):
            what = f"a group can't be called {shown(group)}"
            yield Problem(SETTINGS, *tree.key_at("groups", group), what, "use small letters, digits, `-` and `_`")


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
    elif not host.endswith("." + settings.domain):
        what = f"the sign-in host {shown(host)} is outside the domain {shown(settings.domain)}"
        yield Problem(SETTINGS, *at, what, f"name a host in it, such as limen.{settings.domain}")
