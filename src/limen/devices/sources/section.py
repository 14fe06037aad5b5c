"""`sources:` in `devices.yaml`: who else tells of devices, and how far their word goes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from limen.clock import MINUTE
from limen.configuration.differing import differing
from limen.configuration.lengths import Length, length_of
from limen.configuration.named_sources import address_complaint, read_named
from limen.configuration.problem import Complaint, Problem, shown
from limen.configuration.tree import Tree
from limen.facts.device_rules import PULLED, DeviceSource, SourceKind

SECTION: Final = "sources"
VOUCHING: Final = frozenset(SourceKind) - {SourceKind.OSQUERY}
"""Kinds whose good word may count. Every laptop with osquery holds the same secret, and whoever administers one of them
can read it there: so what comes by it can make a device worse, and no device better."""
_NEEDS: Final[Mapping[SourceKind, tuple[str, ...]]] = {
    SourceKind.INTUNE: ("tenant", "client"),
    SourceKind.FLEET: ("url",),
    SourceKind.JAMF: ("url", "client"),
    SourceKind.PUSH: (),
    SourceKind.OSQUERY: (),
}
_GUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

Word = Annotated[str, Field(min_length=1, max_length=200)]


class _Source(BaseModel):
    """One source. `sources:` in `devices.yaml` has one of these for each, by a name of your own."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)

    kind: Literal["intune", "fleet", "jamf", "push", "osquery"]
    """`intune`, `fleet` and `jamf` are asked by Limen; `push` and `osquery` send by themselves."""
    url: Word | None = None
    """`fleet` and `jamf`: its address, such as https://fleet.your.domain."""
    tenant: Word | None = None
    """`intune`: the directory (tenant) ID of your Microsoft Entra tenant."""
    client: Word | None = None
    """`intune` and `jamf`: the client ID of the app registration or API client by which Limen signs in."""
    every: Length = "15m"
    """How often it is asked."""
    counts_for: Length = "1d"
    """How long its good word counts after it last heard of a device."""
    manages: bool = False
    """`true`: devices that it manages count as the company's (`device.managed`)."""


def read(written: Mapping[str, Any], tree: Tree, file: str) -> tuple[dict[str, DeviceSource], list[Problem]]:
    """The sources, by their names, and all that is wrong with them."""
    shapes, problems = read_named(_Source, SECTION, written, tree, file, _complaints)
    return {name: _source(shape) for name, shape in shapes.items()}, problems


def changes(was: Mapping[str, DeviceSource], now: Mapping[str, DeviceSource]) -> Iterator[str]:
    """One line for each source that is other than before."""
    for name, old, new in differing(was, now):
        if new is None:
            yield f"{name} tells of devices no longer: what it said does not count any more"
        elif old is None:
            yield f"{name} ({new.kind}) tells of devices now{_managing(new)}"
        else:
            yield f"{name} ({new.kind}) tells of devices differently{_managing(new)}"


def _managing(source: DeviceSource) -> str:
    return ", and what it manages counts as the company's" if source.manages else ""


def _source(shape: _Source) -> DeviceSource:
    return DeviceSource(
        kind=SourceKind(shape.kind),
        url=(shape.url or "").rstrip("/"),
        tenant=shape.tenant or "",
        client=shape.client or "",
        every_ms=length_of(shape.every),
        counts_ms=length_of(shape.counts_for),
        manages=shape.manages,
    )


def _complaints(shape: _Source) -> Iterator[Complaint]:
    kind = SourceKind(shape.kind)
    for part in ("url", "tenant", "client"):
        is_there = getattr(shape, part) is not None
        if is_there and part not in _NEEDS[kind]:
            yield (part,), f"a source of the kind {kind} has no `{part}`", "remove it"
        elif not is_there and part in _NEEDS[kind]:
            yield (), f"a source of the kind {kind} needs `{part}`", f"add `{part}: …`"
    if shape.url is not None and (wrong := address_complaint(shape.url)):
        yield ("url",), *wrong
    for part in ("tenant", "client"):
        value = getattr(shape, part)
        if value is not None and kind is SourceKind.INTUNE and not _GUID.fullmatch(value):
            yield (part,), f"{shown(value)} is no ID of Microsoft Entra", "copy it from the app registration's overview"
    if kind in PULLED and length_of(shape.every) < 5 * MINUTE:
        yield ("every",), "a source is asked every 5 minutes at most", "write `5m` or more"
    if shape.manages and kind not in VOUCHING:
        what = "every laptop with osquery holds the same secret, so what comes by it can't make one the company's"
        yield ("manages",), what, "remove it"
