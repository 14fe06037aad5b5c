"""Which objects of Microsoft Graph stand in which file of an export, whichever way it was written.

A file is what Graph answered (`{"value": […]}`), a list, one object, or, for a whole tenant in one file, a mapping from
the names below to any of these. Names of files say what is in them; where they don't, Graph's own annotation does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, Final

from limen.errors import LimenError
from limen.importing.entra.nodes import Node
from limen.importing.report import Path, Report
from limen.printable import visible

USERS, GROUPS, ROLES, ROLE_ASSIGNMENTS, ROLE_DEFINITIONS = (
    "users", "groups", "directoryRoles", "roleAssignments", "roleDefinitions",
)  # fmt: skip
APPLICATIONS, SERVICE_PRINCIPALS = "applications", "servicePrincipals"
POLICIES, LOCATIONS, STRENGTHS = "conditionalAccessPolicies", "namedLocations", "authenticationStrengthPolicies"
METHODS, DEFAULTS, ORGANIZATION = "authenticationMethodsPolicy", "securityDefaults", "organization"

_NAMES: Final = {
    **{one.casefold(): one for one in (
        USERS, GROUPS, ROLES, ROLE_ASSIGNMENTS, ROLE_DEFINITIONS, APPLICATIONS, SERVICE_PRINCIPALS, POLICIES, LOCATIONS,
        STRENGTHS, METHODS, DEFAULTS, ORGANIZATION,
    )},
    "policies": POLICIES,
    "conditionalaccess": POLICIES,
    "authenticationstrengths": STRENGTHS,
    "authenticationmethods": METHODS,
    "identitysecuritydefaultsenforcementpolicy": DEFAULTS,
}  # fmt: skip
"""What files and keys may be called, in small letters and without dashes."""
_CONTEXT: Final = re.compile(r"\$metadata#(?:[A-Za-z]+/)*([A-Za-z]+)")
_NEXT: Final = "@odata.nextLink"
_MEMBERS_AT_ONCE: Final = 20
"""As many as Graph gives of what is expanded, without a word that there are more."""


class TenantFiles:
    """The objects of an export by their kinds, with their places. Raises LimenError where it is none, or not whole."""

    def __init__(self, files: Mapping[str, Any], report: Report) -> None:
        self.report = report
        self._found: dict[str, list[Node]] = {}
        for path in _silent(files):
            report.left_out(path, "nothing is said here")
        for name, value in files.items():
            self._take(value, (name,), _named(PurePosixPath(name).stem))
        if not self._found:
            raise LimenError(
                "there is nothing of Microsoft Graph in these files",
                "export the tenant as the how-to “Move from Entra ID” says, one file for each kind: users.json …",
            )

    def of(self, kind: str) -> list[Node]:
        return self._found.get(kind, [])

    def has(self, kind: str) -> bool:
        """Whether the export says anything of it, if only that there are none."""
        return kind in self._found

    def _take(self, value: Any, path: Path, kind: str) -> None:
        if isinstance(value, Mapping):
            _refuse_part(value, path)
            kind = kind or _named_by_context(value)
            self._leave_annotations(value, path)
        if isinstance(value, Mapping) and isinstance(value.get("value"), list):
            self._take_list(value["value"], (*path, "value"), kind)
        elif isinstance(value, list):
            self._take_list(value, path, kind)
        elif isinstance(value, Mapping) and kind:
            self._take_list([value], path, kind, is_alone=True)
        elif isinstance(value, Mapping):
            for key, inner in value.items():
                if found := _named(key):
                    self._take(inner, (*path, key), found)

    def _take_list(self, several: list[Any], path: Path, kind: str, *, is_alone: bool = False) -> None:
        if not kind:
            return
        here = self._found.setdefault(kind, [])
        for place, one in enumerate(several):
            at = path if is_alone else (*path, place)
            if isinstance(one, Mapping):
                _refuse_part(one, at)
                self._leave_annotations(one, at)
                here.append(Node(one, at, self.report))

    def _leave_annotations(self, value: Mapping[str, Any], path: Path) -> None:
        for key in value:
            if "@odata." in key and key != "@odata.type":
                self.report.left_out((*path, key), "a remark of Graph's on the answer itself")


def _silent(files: Mapping[str, Any]) -> Iterator[Path]:
    """Where a file holds nothing: null, and empty texts, lists and objects."""
    waiting: list[tuple[Path, Any]] = [((), files)]
    while waiting:
        path, value = waiting.pop()
        if value in (None, "", [], {}):
            yield path
        elif isinstance(value, Mapping):
            waiting += [((*path, str(key)), one) for key, one in value.items()]
        elif isinstance(value, list):
            waiting += [((*path, place), one) for place, one in enumerate(value)]


def members_of(group: Node) -> list[Node]:
    """The members that stand in a group or role."""
    return group.children("members")


def knows_members(group: Node) -> bool:
    """Whether the export says who is in it, if only that nobody is."""
    return group.has_list("members") and all(one.text("id") for one in members_of(group))


def is_maybe_cut(members: list[Node]) -> bool:
    """Whether there may be more members than Graph told with the group."""
    return len(members) == _MEMBERS_AT_ONCE


def _named(name: str) -> str:
    return _NAMES.get(re.sub(r"[^a-z]", "", name.casefold()), "")


def _named_by_context(value: Mapping[str, Any]) -> str:
    context = value.get("@odata.context")
    found = _CONTEXT.search(context) if isinstance(context, str) and len(context) < 2_000 else None
    return _named(found[1]) if found else ""


def _refuse_part(value: Mapping[str, Any], path: Path) -> None:
    """An error is no answer. A page that names a next one is a part of the truth: it would open what the rest shut."""
    where = visible(".".join(map(str, path)))[:200]
    if isinstance(value.get("error"), Mapping):
        raise LimenError(
            f"{where} is no answer: Graph refused to give one", "export it with the rights that it asks for"
        )
    for key in value:
        if key.endswith(_NEXT):
            raise LimenError(
                f"{where} is one page of several: it ends with `{_NEXT}`",
                "export all pages, as the how-to “Move from Entra ID” says, and import again; nothing was imported",
            )


def every(nodes: list[Node]) -> Iterator[tuple[str, Node]]:
    """Objects with their IDs, of two with the same the first."""
    seen: set[str] = set()
    for one in nodes:
        key = one.text("id")
        if key and key not in seen:
            seen.add(key)
            yield key, one
