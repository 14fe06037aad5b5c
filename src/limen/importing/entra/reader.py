"""A Microsoft Entra ID tenant by what Microsoft Graph (v1.0) tells of it: people, groups, apps, conditional access."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from limen.errors import LimenError
from limen.importing.conditions import ALWAYS, Strength
from limen.importing.entra import conditional_access, locations, strengths, tenant_files as files_of
from limen.importing.entra.applications import Registered, key_of, read_app
from limen.importing.entra.conditional_access import Around
from limen.importing.entra.directory import Directory
from limen.importing.entra.locations import Locations
from limen.importing.entra.nodes import Node
from limen.importing.entra.people import person_of, read_directory, tell_named
from limen.importing.entra.tenant_files import TenantFiles, every
from limen.importing.model import App, Requirement, System, Told, Wishes
from limen.importing.report import Effect, Report

_METHODS: Final = (
    "people sign in to Limen with passkeys, or with a password and a code; SMS, calls and approvals on a phone are none"
    " of its ways, so everybody sets one up when they come"
)
_NO_DEFAULTS: Final = (
    "there is no policy, and the export does not say whether security defaults are on: one factor is enough in the"
    " imported apps"
)
_ALSO: Final = "the policies that the company has in Limen for internal apps hold for the imported apps as well"


class Entra:
    """`limen import entra`."""

    name = "entra"
    title = "Entra ID"
    files = "a folder with what Microsoft Graph answers, or one JSON file: users, groups, servicePrincipals, policies …"
    has_parts = False

    def read(self, files: Mapping[str, Any], report: Report, wishes: Wishes, told: Told) -> System:
        """Raises LimenError where the files are no such export, or a part of one."""
        del wishes
        tenant = TenantFiles(files, report)
        directory = read_directory(tenant)
        told(1, 4)
        apps, keys = _apps(tenant, directory)
        told(2, 4)
        if apps:
            _refuse_untold_policies(tenant)
        requirements = _requirements(tenant, directory, keys)
        told(3, 4)
        inside = directory.groups_of()
        people = [person_of(node, inside.get(key, frozenset())) for key, node in every(tenant.of(files_of.USERS))]
        tell_named(tenant, directory)
        _say_the_rest(tenant, report)
        if apps:
            report.note((), _ALSO, Effect.STRICTER)
        told(4, 4)
        return System(
            people=tuple(one for one in people if one is not None),
            groups=directory.named,
            apps=tuple(apps),
            requirements=tuple(requirements),
        )


def _apps(tenant: TenantFiles, directory: Directory) -> tuple[list[App], dict[str, str]]:
    """The apps, and their keys by their application (client) IDs."""
    registered = {one.text("appId"): one for one in tenant.of(files_of.APPLICATIONS)}
    apps: list[App] = []
    keys: dict[str, str] = {}
    for _, principal in every(tenant.of(files_of.SERVICE_PRINCIPALS)):
        app_id = principal.text("appId")
        registration = registered.pop(app_id, None) or Node({}, principal.path, principal.report)
        told = Registered(principal, registration)
        key = key_of(told, keys.values())
        app = read_app(told, key, directory)
        if app is not None:
            apps.append(app)
            keys[app_id] = key
    for one in registered.values():
        one.report.not_translated(one.path, "nobody can sign in to it: it has no service principal in the tenant")
    return apps, keys


def _requirements(tenant: TenantFiles, directory: Directory, keys: Mapping[str, str]) -> list[Requirement]:
    around = Around(
        directory,
        Locations(dict(map(locations.read_location, tenant.of(files_of.LOCATIONS)))),
        dict(map(strengths.read_policy, tenant.of(files_of.STRENGTHS))),
        keys,
    )
    found = [conditional_access.read_policy(node, around) for _, node in every(tenant.of(files_of.POLICIES))]
    return [one for one in (*found, _defaults(tenant, tuple(keys.values()))) if one is not None]


def _refuse_untold_policies(tenant: TenantFiles) -> None:
    """Without its policies an app would be open to more than it was: no list is another thing than an empty one."""
    how = "export conditionalAccessPolicies, with the right Policy.Read.All, and import again; nothing was imported"
    if not tenant.has(files_of.POLICIES) and not any(map(_is_on, tenant.of(files_of.DEFAULTS)[:1])):
        raise LimenError("the export has apps, and does not say which conditional access policies there are", how)
    if not all(one.text("id") for one in tenant.of(files_of.POLICIES)):
        raise LimenError("a conditional access policy of the export has no ID", how)
    if not tenant.of(files_of.POLICIES) and not tenant.has(files_of.DEFAULTS):
        tenant.report.note((), _NO_DEFAULTS, Effect.WIDER)


def _is_on(defaults: Node) -> bool:
    """Whether security defaults are on, as they count where the export does not say."""
    return defaults.flag("isEnabled", unsaid=True)


def _defaults(tenant: TenantFiles, apps: tuple[str, ...]) -> Requirement | None:
    """Security defaults, which Microsoft does not say exactly: two factors from everybody is never less."""
    for node in tenant.of(files_of.DEFAULTS)[:1]:
        for name in ("id", "displayName", "description"):
            node.text(name, "security defaults")
        node.flag("isEnabled", "two factors are required from everybody")
        if _is_on(node):
            how = "two factors from everybody each time, where Entra ID asks for the second when it finds it necessary"
            node.report.approximated(node.at("isEnabled"), how)
            return Requirement("security-defaults", "Security defaults: two factors", ALWAYS, apps, (Strength(2),))
    return None


def _say_the_rest(tenant: TenantFiles, report: Report) -> None:
    for node in tenant.of(files_of.METHODS):
        report.not_translated(node.path, _METHODS, Effect.STRICTER)
    for node in tenant.of(files_of.ORGANIZATION):
        report.left_out(node.path, "what Limen is told of the company stands in limen.toml")
