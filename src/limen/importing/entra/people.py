"""Users, groups and roles as Graph tells of them (*user*, *group*, *directoryRole*, *unifiedRoleAssignment*)."""

from __future__ import annotations

from typing import Final

from limen.importing.entra import tenant_files as files_of
from limen.importing.entra.directory import Directory, DirectoryGroup, User
from limen.importing.entra.nodes import Node
from limen.importing.entra.tenant_files import TenantFiles, every, is_maybe_cut, knows_members, members_of
from limen.importing.model import Person
from limen.importing.report import Effect

_ELSEWHERE: Final = "#ext#"
_WHO: Final = "who somebody is"
_BY_SOURCE: Final = "an import takes no such thing along: connect Entra ID by SCIM, which tells it and keeps it true"
_FIELDS: Final = (
    "department", "jobTitle", "employeeId", "employeeHireDate", "employeeLeaveDateTime", "manager", "companyName",
)  # fmt: skip
_MAYBE_CUT: Final = (
    "Graph gives 20 members with a group and does not say that there are more: export members by themselves"
)
UNTOLD: Final = (
    "the export does not say who is in it: a policy about it is about everybody, and nobody is spared or let in by it"
)
_IN: Final = "who is in the group"


def read_directory(tenant: TenantFiles) -> Directory:
    """Everybody and everything that policies and apps can name."""
    users = {key: User(key, _guest_type(node)) for key, node in every(tenant.of(files_of.USERS))}
    groups = {key: _group(node) for key, node in every(tenant.of(files_of.GROUPS))}
    knows = tenant.has(files_of.ROLES) or tenant.has(files_of.ROLE_ASSIGNMENTS)
    return Directory(users, groups, _roles(tenant), knows_roles=knows)


def person_of(node: Node, groups: frozenset[str]) -> Person | None:
    """Somebody as Limen takes them along; None for who has no address, by which people are known in Limen."""
    account = node.text("userPrincipalName", _WHO)
    name = node.text("displayName", _WHO) or account
    email = node.text("mail", _WHO) or next(iter(node.words("otherMails")), "")
    node.text("id", _WHO)
    if not email and _ELSEWHERE not in account.casefold():
        email = account
    is_active = node.flag("accountEnabled", "who is blocked in Entra ID does not come along", unsaid=True)
    for name_of in ("givenName", "surname"):
        node.text(name_of, "said by the whole name")
    node.words("otherMails", "one address is enough")
    if node.text("userType", "groups of guests, where something names them") == "Guest":
        node.text("creationType", "groups of guests, where something names them")
        node.text("externalUserState", "groups of guests, where something names them")
    for field in _FIELDS:
        if node.says(field):
            node.report.not_translated(node.at(field), _BY_SOURCE)
    if not email:
        node.report.not_translated(
            node.path, "there is no address of theirs, and Limen knows people by it", Effect.STRICTER
        )
        return None
    language = node.text("preferredLanguage", "the language that pages and mails have")[:2].lower()
    return Person(account, name, email, groups, is_active, language if language in {"de", "en"} else "")


def _guest_type(node: Node) -> str:
    """As conditional access tells guests apart (*conditionalAccessGuestOrExternalUserTypes*)."""
    is_elsewhere = _ELSEWHERE in node.text("userPrincipalName").casefold()
    if node.text("userType") == "Guest":
        return "b2bCollaborationGuest" if is_elsewhere else "internalGuest"
    return "b2bCollaborationMember" if is_elsewhere else ""


def _group(node: Node) -> DirectoryGroup:
    title = node.text("displayName") or node.text("id")
    members = frozenset(one.text("id") for one in members_of(node))
    return DirectoryGroup(node.text("id"), title, members, is_told=knows_members(node))


def _roles(tenant: TenantFiles) -> dict[str, DirectoryGroup]:
    """Who has which role in the whole tenant, by the role's template. A role for a part of it counts for no policy."""
    titles: dict[str, str] = {}
    members: dict[str, set[str]] = {}
    untold: set[str] = set()
    for node in tenant.of(files_of.ROLE_DEFINITIONS):
        titles[node.text("templateId") or node.text("id")] = node.text("displayName")
    for node in tenant.of(files_of.ROLES):
        template = node.text("roleTemplateId")
        titles[template] = node.text("displayName")
        members.setdefault(template, set()).update(one.text("id") for one in members_of(node))
        if not knows_members(node) and not tenant.has(files_of.ROLE_ASSIGNMENTS):
            untold.add(template)
    for node in tenant.of(files_of.ROLE_ASSIGNMENTS):
        if node.text("directoryScopeId") in {"", "/"}:
            members.setdefault(node.text("roleDefinitionId"), set()).add(node.text("principalId"))
    return {
        key: DirectoryGroup(key, titles.get(key) or f"Role {key[:8]}", frozenset(several), is_told=key not in untold)
        for key, several in members.items()
    }


# What became of it


def tell_named(tenant: TenantFiles, directory: Directory) -> None:
    """What became of each group and role: those that an app or a policy names are groups of Limen's now."""
    counting = directory.counting()
    for key, node in every(tenant.of(files_of.GROUPS)):
        if key in counting:
            _tell_group(node)
        elif not knows_members(node):
            node.report.not_translated(node.path, UNTOLD, Effect.STRICTER)
        else:
            node.report.not_translated(node.path, "no app and no policy names it")
    for kind in (files_of.ROLES, files_of.ROLE_DEFINITIONS, files_of.ROLE_ASSIGNMENTS):
        for node in tenant.of(kind):
            _tell_role(node, directory)


def _tell_group(node: Node) -> None:
    members = members_of(node)
    if not knows_members(node):
        node.report.note(node.path, UNTOLD, Effect.STRICTER)
    for one in members:
        _take_all(one, _IN)
    if is_maybe_cut(members):
        node.report.note(node.at("members"), _MAYBE_CUT, Effect.WIDER)
    _take_all(node, _IN)
    node.text("displayName", "the title of a group")
    if node.says("membershipRule"):
        how = "who is in it now: the rule itself stays in Entra ID, which tells of changes by SCIM"
        node.report.approximated(node.at("membershipRule"), how, Effect.SAME)


def _tell_role(node: Node, directory: Directory) -> None:
    role = node.text("roleTemplateId") or node.text("roleDefinitionId") or node.text("templateId") or node.text("id")
    if not directory.has_role_named(role):
        node.report.not_translated(node.path, "no policy names this role, and Limen's administrators are others")
        return
    if node.text("directoryScopeId") not in {"", "/"}:
        node.report.not_translated(node.path, "a role for a part of the tenant, which counts for no policy")
        return
    for one in (node, node.child("principal"), *members_of(node)):
        _take_all(one, "a group of whom has the role")
    if is_maybe_cut(members_of(node)):
        node.report.note(node.at("members"), _MAYBE_CUT, Effect.WIDER)


def _take_all(node: Node, into: str) -> None:
    """Everything that the object says by itself."""
    for key in node.said():
        node.text(key, into)
        node.flag(key, into)
        node.words(key, into)
    node.text("@odata.type", into)
