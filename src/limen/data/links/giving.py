"""Whom the permissions of a document let in, who are more than those it is meant for (pure)."""

from __future__ import annotations

from collections.abc import Iterable

from limen.connectors.sharing import Scope, SharedItem, SharingPermission
from limen.data.inventory.model import Audience
from limen.data.inventory.sharing import is_inside, shared_with
from limen.data.links.model import ANYONE, Given


def given_by(item: SharedItem, permissions: Iterable[SharingPermission], ours: tuple[str, ...]) -> list[Given]:
    """Those of the permissions that let in everybody of the company, or somebody outside. `ours` are its domains."""
    found = (_given(item, one, ours) for one in permissions)
    return [one for one in found if one.audience > Audience.NAMED]


def _given(item: SharedItem, one: SharingPermission, ours: tuple[str, ...]) -> Given:
    is_anyones = one.scope is Scope.ANYONE
    audience, domains = shared_with(
        one.people, one.domains, ours, anyone=is_anyones, company=one.scope is Scope.COMPANY
    )
    named = {*one.people, *one.domains}
    outside = {each for each in named if not is_inside(each.rpartition("@")[2], ours)}
    return Given(
        permission=one.id,
        at="" if one.of_drive else one.of or item.key,
        audience=audience,
        domains=domains,
        outside=frozenset({*outside, ANYONE} if is_anyones else outside),
        by=one.by,
    )
