"""Whom an item of a cloud drive is shared with, in the words of the inventory: inside, outside, anyone (pure)."""

from __future__ import annotations

from collections.abc import Iterable

from limen.data.inventory.model import MOST_DOMAINS, Audience


def is_inside(domain: str, ours: Iterable[str]) -> bool:
    """Whether a domain is the company's own, or below one."""
    name = domain.casefold().rstrip(".")
    return any(name == one or name.endswith(f".{one}") for one in ours)


def shared_with(
    addresses: Iterable[str], domains: Iterable[str], ours: Iterable[str], *, anyone: bool, company: bool
) -> tuple[Audience, tuple[str, ...]]:
    """The widest audience, and the domains outside. `company`: a link works for everybody of the company.

    What has no domain is taken for outside: what can't be told is not inside.
    """
    own = tuple(ours)
    found = {one.rpartition("@")[2].casefold() for one in addresses} | {one.casefold() for one in domains}
    outside = sorted(one for one in found if not is_inside(one, own))
    if anyone:
        audience = Audience.ANYONE
    elif outside:
        audience = Audience.OUTSIDE
    elif company or any(is_inside(one, own) for one in domains):
        audience = Audience.COMPANY
    else:
        audience = Audience.NAMED
    return audience, tuple(one or "unknown" for one in outside)[:MOST_DOMAINS]
