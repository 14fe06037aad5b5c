"""`service:` of a source that Limen asks for its logs: what each kind needs, and what can be read of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from limen.clock import DAY, MINUTE
from limen.configuration.lengths import Length, length_of
from limen.configuration.named_sources import address_complaint
from limen.configuration.problem import Complaint, did_you_mean, shown
from limen.connectors.google.activities import APPLICATIONS
from limen.monitor.monitor_rules import Service

Word = Annotated[str, Field(min_length=1, max_length=200)]


class AskedService(BaseModel):
    """A service that Limen asks. `service:` of a source in `monitor.yaml` is one of these."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)

    tenant: Word | None = None
    """`m365`: the directory (tenant) ID of your Microsoft Entra tenant."""
    client: Word | None = None
    """`m365`: the client ID of the app registration. `okta`: that of a service app, where Limen signs in by a key and
    not by an API token. `aws`: the access key ID."""
    admin: Word | None = None
    """`google_workspace`: the email address of the administrator in whose name the service account reads."""
    url: Word | None = None
    """`okta`: its address, such as https://harbor.okta.com."""
    organization: Word | None = None
    """`github`: the organization's name in its address."""
    bucket: Word | None = None
    """`aws`: the S3 bucket that the trail writes to."""
    region: Word | None = None
    """`aws`: the region of the bucket, such as eu-central-1."""
    prefix: Word | None = None
    """`aws`: what stands before `AWSLogs/` in the bucket, where the trail has a prefix."""
    reads: Annotated[list[Word], Field(min_length=1, max_length=20)] | None = None
    """Which of its logs are read; else all. `m365`: `sign_ins`, `directory`, `alerts`, `unified_audit`.
    `google_workspace`: `login`, `admin`, `token`, `drive`, `user_accounts`, `groups_enterprise`."""
    every: Length = "5m"
    """How often it is asked."""


READS: Final[Mapping[str, tuple[str, ...]]] = {
    "m365": ("sign_ins", "directory", "alerts", "unified_audit"),
    "google_workspace": APPLICATIONS,
}
_NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "m365": ("tenant", "client"),
    "google_workspace": ("admin",),
    "okta": ("url",),
    "aws": ("client", "bucket", "region"),
    "github": ("organization",),
}
"""The kinds that can be asked for."""
_TAKES: Final[Mapping[str, tuple[str, ...]]] = {"okta": ("client",), "aws": ("prefix",)}
_PARTS: Final = ("tenant", "client", "admin", "url", "organization", "bucket", "region", "prefix")
_GUID: Final = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_SHAPES: Final[Mapping[tuple[str, str], str]] = {
    ("m365", "tenant"): _GUID,
    ("m365", "client"): _GUID,
    ("okta", "client"): r"[A-Za-z0-9]{10,40}",
    ("google_workspace", "admin"): r"[^@\s]{1,64}@[A-Za-z0-9.-]{1,120}",
    ("github", "organization"): r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?",
    ("aws", "client"): r"[A-Z0-9]{16,128}",
    ("aws", "bucket"): r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]",
    ("aws", "region"): r"[a-z]{2}(-[a-z0-9]{2,12}){1,4}-\d{1,2}",
    ("aws", "prefix"): r"[\w!.*'()/-]{1,200}",
}
"""How a part looks that becomes part of an address, and so might lead elsewhere."""


def service_of(kind: str, shape: AskedService) -> Service:
    prefix = f"{shape.prefix.strip('/')}/" if shape.prefix else ""
    parts = {part: getattr(shape, part) or "" for part in _PARTS}
    return Service(
        **{**parts, "url": parts["url"].rstrip("/"), "prefix": prefix},
        reads=tuple(shape.reads or READS.get(kind, ())),
        every_ms=length_of(shape.every),
    )


def complaints(kind: str, shape: AskedService | None, *, is_asked: bool) -> Iterator[Complaint]:
    """What is wrong with the service of a source of this kind."""
    above = ("service",)
    if not is_asked or shape is None:
        if shape is not None:
            yield above, "only `comes: asked` asks a service", "remove it, or write `comes: asked`"
        elif is_asked:
            yield (), "Limen must be told where to ask", "add `service: {…}`, as docs/how-to/clouds.md shows"
        return
    if kind not in _NEEDS:
        yield ("kind",), f"Limen can't ask for {shown(kind)}", did_you_mean(kind, _NEEDS)
        return
    yield from _about_parts(kind, shape, above)
    known = READS.get(kind, ())
    for place, one in enumerate(shape.reads or ()):
        if one not in known:
            yield (*above, "reads", place), f"there is no {shown(one)} to read of {kind}", did_you_mean(one, known)
    if not MINUTE <= length_of(shape.every) <= DAY:
        yield (*above, "every"), "a service is asked every minute to every day", "write a length such as `5m`"


def _about_parts(kind: str, shape: AskedService, above: tuple[str, ...]) -> Iterator[Complaint]:
    takes = (*_NEEDS[kind], *_TAKES.get(kind, ()))
    for part in _PARTS:
        value = getattr(shape, part)
        if value is not None and part not in takes:
            yield (*above, part), f"a service of the kind {kind} has no `{part}`", "remove it"
        elif value is None and part in _NEEDS[kind]:
            yield above, f"a service of the kind {kind} needs `{part}`", f"add `{part}: …`"
        elif value is not None and (wanted := _SHAPES.get((kind, part))) and not re.fullmatch(wanted, value):
            yield (*above, part), f"{shown(value)} can't be the `{part}`", "see docs/how-to/clouds.md"
    if shape.url is not None and (wrong := address_complaint(shape.url)):
        yield (*above, "url"), *wrong
