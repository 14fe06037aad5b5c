"""The paths of a client's resources as an app behind Limen: Keycloak left it to each app to ask, Limen asks itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from limen.company.upstream_section import HOST
from limen.importing.conditions import ALWAYS, NEVER, Condition, OnRoutes, all_of
from limen.importing.keycloak.authorization import Resource
from limen.importing.keycloak.parts import text
from limen.importing.model import Access, App
from limen.importing.paths import is_pattern, ordered
from limen.importing.report import Report

_TEMPLATE: Final = re.compile(r"\{[A-Za-z0-9_]{1,40}\}")


def pattern_of(uri: str) -> str:
    """`/api/*` is everything below and the place itself, `{id}` one segment; "" for what apps.yaml can't say."""
    path = _TEMPLATE.sub("*", uri)
    if path.endswith("/*"):
        path += "*"
    elif "*" in path.replace("/*/", "//").removesuffix("/*"):
        return ""
    return path if is_pattern(path) else ""


def protected(client: Mapping[str, Any], resources: Sequence[Resource], base: Condition, report: Report) -> App | None:
    """The app at the client's own host whose paths are its resources; None where it has none, or no host.

    The most exact path counts, as in Keycloak. What can't be a pattern is asked for everywhere, so that nothing opens
    that it kept shut.
    """
    host = host_of(client)
    conditions: dict[str, Condition] = {}
    everywhere = base
    for one in resources:
        for number, uri in enumerate(one.uris):
            pattern = pattern_of(uri)
            where = (*one.at, "uris", number)
            if not host:
                report.not_translated(where, "the client says no address of its own, so no app stands there")
            elif pattern:
                report.translated(where, "a path of the app")
                conditions[pattern] = all_of(conditions.get(pattern, ALWAYS), one.when)
            else:
                report.approximated(where, "no pattern of Limen's: what it needs is needed for the whole app")
                everywhere = all_of(everywhere, one.when)
    if not host or not conditions:
        return None
    patterns = ordered(conditions)
    name = text(client.get("name")) or text(client.get("clientId"))
    access = [
        Access(
            all_of(everywhere, when, _on(pattern, patterns)),
            _title(name, pattern),
            f"This is how {name} was opened in Keycloak.",
        )
        for pattern in patterns
        if (when := _needed(pattern, conditions)) != NEVER
    ]
    return App(f"host:{host}", name, tuple(access), host=host, patterns=patterns[:-1])


def host_of(client: Mapping[str, Any]) -> str:
    """The host at which people open the client."""
    for key in ("rootUrl", "baseUrl", "adminUrl"):
        try:
            host = urlsplit(text(client.get(key))).hostname or ""
        except ValueError:
            continue
        if HOST.fullmatch(host):
            return host
    return ""


def _needed(pattern: str, conditions: Mapping[str, Condition]) -> Condition:
    """The condition of this pattern. What fits no resource is not open to anybody."""
    return conditions.get(pattern, NEVER)


def _on(pattern: str, patterns: Sequence[str]) -> Condition:
    return ALWAYS if len(patterns) == 1 else OnRoutes((pattern,))


def _title(name: str, pattern: str) -> str:
    return name if pattern == "/**" else f"{name}, {pattern}"
