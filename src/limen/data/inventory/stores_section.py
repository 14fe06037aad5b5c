"""`stores:` in `data.yaml`: where documents and records are kept, whose they are, and how people reach them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from limen.clock import DAY, HOUR
from limen.configuration.differing import differing
from limen.configuration.lengths import Length, length_of
from limen.configuration.named_sources import read_named
from limen.configuration.problem import Complaint, Problem, did_you_mean, shown
from limen.configuration.tree import Tree
from limen.data.inventory.databases import database_at
from limen.data.inventory.model import Store, StoreKind
from limen.facts import Label
from limen.printable import is_printable
from limen.ssrf_guard import is_forbidden

SECTION: Final = "stores"
MOST: Final = 50
_NEEDS: Final[Mapping[StoreKind, tuple[str, ...]]] = {
    StoreKind.S3: ("region", "client"),
    StoreKind.MICROSOFT365: ("tenant", "client"),
}
_MAY: Final[Mapping[StoreKind, tuple[str, ...]]] = {StoreKind.GOOGLE_DRIVE: ("client",)}
_PARTS: Final = ("region", "tenant", "client")
_WHAT: Final[Mapping[tuple[StoreKind, str], str]] = {
    (StoreKind.S3, "region"): "such as eu-central-1",
    (StoreKind.S3, "client"): "the access key ID",
    (StoreKind.MICROSOFT365, "tenant"): "the directory (tenant) ID of the app registration",
    (StoreKind.MICROSOFT365, "client"): "the application (client) ID of the app registration",
    (StoreKind.GOOGLE_DRIVE, "client"): "the email address of an administrator, for whom the service account acts",
}
_REGION: Final = re.compile(r"[a-z]{2}(-[a-z]{2,12}){1,4}-\d{1,2}")
_ACCESS_KEY: Final = re.compile(r"[A-Z0-9]{16,128}")
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9](/[\w!.*'()/ -]{1,200})?")
_BUCKET_FIX: Final = (
    "write the bucket's name, such as harbor-files; one with a dot can't be read, as no certificate of AWS is for it"
)
_ADDRESS: Final = re.compile(r"[^@\s/?#]{1,64}@[A-Za-z0-9.-]{1,120}")
_SITE: Final = re.compile(r"[A-Za-z0-9-]{1,63}\.sharepoint\.com/(sites|teams)/[\w .~-]{1,120}")
_SHARED_DRIVE: Final = re.compile(r"0A[A-Za-z0-9_-]{8,60}")
_DOMAIN: Final = re.compile(r"([A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")
_NOWHERE: Final = tuple(PurePosixPath(one) for one in ("/proc", "/sys", "/dev"))
"""No folder of documents: what lies there is the machine's own, or leads to everything."""
_IN_MEMORY: Final = PurePosixPath("/dev/shm")  # noqa: S108 -- nothing is written there
"""The one folder among devices that holds files."""

Word = Annotated[str, Field(min_length=1, max_length=400)]
Names = Annotated[list[Annotated[str, Field(min_length=1, max_length=100)]], Field(max_length=50)]


class StoreShape(BaseModel):
    """One place where documents or records are kept. `stores:` in `data.yaml` has one of these for each, by name."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)

    kind: Literal["folder", "smb", "s3", "postgresql", "microsoft365", "google_drive"]
    """`folder` and `smb` (a share that is mounted on this machine), `s3`, `postgresql`, `microsoft365` or
    `google_drive`."""
    where: Word
    """`folder`, `smb`: its path, such as /srv/shares. `s3`: the bucket, with a prefix where only that is meant, as
    harbor-files/hr/. `postgresql`: postgresql://reader@db.your.domain/name, for a role that may only read.
    `microsoft365`: a site, as harbor.sharepoint.com/sites/finance, or a person's email address. `google_drive`: the ID
    of a shared drive, or a person's email address."""
    label: Literal["public", "internal", "confidential", "restricted"]
    """The most sensitive that is meant to be kept there. What is more sensitive is named."""
    owner: Annotated[str, Field(max_length=200)] = ""
    """A group or an email address: whom to ask about it."""
    reached_by: Names = []
    """The apps of `apps.yaml` by which people reach it. Their policies say who can, and how weakly."""
    needed_by: Names = []
    """The groups that need it. Whoever else can reach it is more than need it."""
    inside: Names = []
    """Domains of email addresses that are your own, such as harbor.example. What is shared with others is shared
    outside; the domain of `limen.toml` is yours anyhow."""
    region: Word | None = None
    """`s3`: the region of the bucket, such as eu-central-1."""
    tenant: Word | None = None
    """`microsoft365`: the directory (tenant) ID."""
    client: Word | None = None
    """Who Limen is there. `s3`: an access key ID; `microsoft365`: a client ID; `google_drive`: for a shared drive, the
    address of an administrator for whom the service account acts."""
    encrypted: bool | None = None
    """Whether it is encrypted where it is stored, as you state it. What Limen sees by itself counts before it."""
    every: Length = "1d"
    """How often Limen goes through it."""
    stale_after: Length = "365d"
    """What was neither changed nor opened for so long is named as stale."""
    megabytes_per_second: Annotated[int, Field(ge=1, le=1_000)] = 20
    """It is read no faster."""


def read(
    written: Mapping[str, Any], tree: Tree, file: str, apps: Collection[str] | None, groups: Collection[str] | None
) -> tuple[dict[str, Store], list[Problem]]:
    """The stores, by their names, and all that is wrong with them. None: names are not checked."""

    def complaints(shape: StoreShape) -> Iterator[Complaint]:
        yield from _about_parts(shape)
        yield from _complaints(shape)
        yield from _about_names(shape, apps, groups)

    shapes, problems = read_named(StoreShape, SECTION, written, tree, file, complaints, MOST)
    return {name: _store(name, shape) for name, shape in shapes.items()}, problems


def changes(was: Mapping[str, Store], now: Mapping[str, Store]) -> Iterator[str]:
    """One line for each store that is other than before."""
    for name, old, new in differing(was, now):
        if new is None:
            yield f"Limen no longer takes inventory of {name}, and forgets what it found there"
        elif old is None:
            yield f"Limen takes inventory of {name} ({new.kind.value}), which may hold what is {new.label.word}"
        elif old.place != new.place:
            yield f"{name} is elsewhere: a secret for it has to be stored again"
        elif old.label != new.label:
            yield f"{name} may hold what is {new.label.word}, and not {old.label.word}"
        else:
            yield f"{name} is gone through or reached differently"


def _store(name: str, shape: StoreShape) -> Store:
    kind = StoreKind(shape.kind)
    return Store(
        name=name,
        kind=kind,
        where=str(PurePosixPath(shape.where)) if kind.is_local else shape.where,
        label=Label[shape.label.upper()],
        owner=shape.owner,
        reached_by=tuple(dict.fromkeys(shape.reached_by)),
        needed_by=tuple(dict.fromkeys(shape.needed_by)),
        inside=tuple(dict.fromkeys(one.casefold() for one in shape.inside)),
        region=shape.region or "",
        tenant=shape.tenant or "",
        client=shape.client or "",
        is_encrypted=shape.encrypted,
        every_ms=length_of(shape.every),
        stale_ms=length_of(shape.stale_after),
        bytes_per_second=shape.megabytes_per_second * 1_000_000,
    )


def _about_parts(shape: StoreShape) -> Iterator[Complaint]:
    """What a kind needs, and has not."""
    kind = StoreKind(shape.kind)
    needs = _NEEDS.get(kind, ())
    if kind is StoreKind.GOOGLE_DRIVE and "@" not in shape.where:
        needs = ("client",)
    for part in _PARTS:
        value = getattr(shape, part)
        if value is not None and part not in (*needs, *_MAY.get(kind, ())):
            yield (part,), f"a store of the kind {kind} has no `{part}`", "remove it"
        elif value is None and part in needs:
            yield (), f"a store of the kind {kind} needs `{part}`", f"add `{part}: …`, {_WHAT[kind, part]}"


def _complaints(shape: StoreShape) -> Iterator[Complaint]:
    kind = StoreKind(shape.kind)
    for part in ("where", "owner", "client"):
        text = getattr(shape, part)
        if text and not is_printable(text):
            yield (part,), f"{shown(text)} contains characters that can't be displayed", "type it anew"
    if fix := _wrong_place(kind, shape.where):
        yield ("where",), f"{shown(shape.where)} can't be where a store of the kind {kind} is", fix
    for part, of, fits, fix in (
        ("region", StoreKind.S3, _REGION.fullmatch, "write it as eu-central-1"),
        ("client", StoreKind.S3, _ACCESS_KEY.fullmatch, "copy the access key ID"),
        ("client", StoreKind.MICROSOFT365, _is_guid, "copy it from the app registration's overview"),
        ("tenant", StoreKind.MICROSOFT365, _is_guid, "copy it from the app registration's overview"),
        ("client", StoreKind.GOOGLE_DRIVE, _ADDRESS.fullmatch, "write the administrator's address whole"),
    ):
        text = getattr(shape, part)
        if kind is of and text is not None and not fits(text):
            yield (part,), f"{shown(text)} can't be the `{part}` of this store", fix
    if not HOUR <= length_of(shape.every) <= 30 * DAY:
        yield ("every",), "a store is gone through every hour to every 30 days", "write a length such as `1d`"


def _about_names(
    shape: StoreShape, apps: Collection[str] | None, groups: Collection[str] | None
) -> Iterator[Complaint]:
    for place, domain in enumerate(shape.inside):
        if not _DOMAIN.fullmatch(domain):
            yield ("inside", place), f"{shown(domain)} is not a domain", "write it as harbor.example"
    for part, known, what in (("reached_by", apps, "app"), ("needed_by", groups, "group")):
        for place, name in enumerate(getattr(shape, part) if known is not None else ()):
            if known is not None and name not in known:
                yield (part, place), f"there is no {what} {shown(name)}", did_you_mean(name, known)
    if groups is not None and shape.owner and "@" not in shape.owner and shape.owner not in groups:
        yield ("owner",), f"there is no group {shown(shape.owner)}", did_you_mean(shape.owner, groups)


def _wrong_place(kind: StoreKind, where: str) -> str:
    """What to write instead of `where`, "" where it is fine."""
    match kind:
        case StoreKind.FOLDER | StoreKind.SMB:
            path = PurePosixPath(where)
            is_fine = path.is_absolute() and ".." not in path.parts and len(path.parts) > 1
            is_own = any(one == path or one in path.parents for one in _NOWHERE) and _IN_MEMORY not in path.parents
            return "" if is_fine and not is_own else "write the path of a folder with documents, such as /srv/shares"
        case StoreKind.S3:
            return "" if _BUCKET.fullmatch(where) else _BUCKET_FIX
        case StoreKind.POSTGRESQL:
            try:
                host = database_at(where).host
            except ValueError:
                return (
                    "write postgresql://role@host/database, or postgresql://role@/database?host=/var/run/postgresql "
                    "for a socket; the password is stored by `limen data connect`"
                )
            return "enter the database's own address" if is_forbidden(host) else ""
        case StoreKind.MICROSOFT365:
            is_fine = bool(_SITE.fullmatch(where) or _ADDRESS.fullmatch(where))
            return "" if is_fine else "write it as harbor.sharepoint.com/sites/finance, or an email address"
        case StoreKind.GOOGLE_DRIVE:
            is_fine = bool(_SHARED_DRIVE.fullmatch(where) or _ADDRESS.fullmatch(where))
            return "" if is_fine else "copy the shared drive's ID from its address, or write an email address"


def _is_guid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
