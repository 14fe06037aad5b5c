"""Sections of folder files that name sources do it in one way: a mapping from their names to what they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel

from limen.configuration.problem import Complaint, Problem, shown
from limen.configuration.shape import shaped_in_part
from limen.configuration.tree import Tree
from limen.ssrf_guard import is_forbidden, names_this_machine

MOST: Final = 20
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,29}")

S = TypeVar("S", bound=BaseModel)


def read_named(
    model: type[S],
    section: str,
    written: Mapping[str, Any],
    tree: Tree,
    file: str,
    complaints: Callable[[S], Iterator[Complaint]],
    most: int = MOST,
) -> tuple[dict[str, S], list[Problem]]:
    """What stands below `section`, by name, and all that is wrong with it, each with its line."""
    if len(written) > most:
        what = f"there are more than {most} sources below `{section}`"
        return {}, [Problem(file, *tree.at(section), what, "remove some, or let one pass on what others say")]
    found: dict[str, S] = {}
    problems: list[Problem] = []
    for name, body in written.items():
        above = (section, name)
        if not _NAME.fullmatch(name):
            fix = "use lowercase letters, digits and hyphens, at most 30"
            problems.append(Problem(file, *tree.key_at(*above), f"{shown(name)} can't be a source's name", fix))
            continue
        shape, wrong = shaped_in_part(model, body or {}, tree, file, above, {})
        problems += wrong
        if shape is not None:
            problems += [Problem(file, *tree.at(*above, *at), what, fix) for at, what, fix in complaints(shape)]
            found[name] = shape
    return found, problems


def address_complaint(url: str, *, may_have_query: bool = False) -> tuple[str, str] | None:
    """What is wrong with the address at which a source is asked, and what to do about it; None: nothing."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    host = parts.hostname or ""
    is_plain = url.isascii() and url.isprintable() and " " not in url and not parts.fragment
    if not is_plain or parts.scheme not in {"https", "http"} or not host or (parts.query and not may_have_query):
        return f"{shown(url)} is not an address", "write it whole, with https://"
    if "@" in parts.netloc:
        return "an address has no user name in it", "a secret is stored by a command of its own, not here"
    if is_forbidden(host):
        return f"{shown(url)} is not an address that Limen connects to", "enter the service's own address"
    if parts.scheme != "https" and not (names_this_machine(host) or host in {"127.0.0.1", "::1"}):
        return f"{shown(url)} could be read and changed in transit", "use https"
    return None
