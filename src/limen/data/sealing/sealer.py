"""Sealing a file or a folder in somebody's name: the sealed file, and its manifest beside it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from limen.clock import Instant
from limen.data.sealing import files, folders, manifest
from limen.data.sealing.age_keys import Recipient
from limen.data.sealing.errors import SealedError
from limen.data.sealing.manifest import SERVER, Certified, Manifest
from limen.data.sealing.payload import Told
from limen.data.sealing.sealing_keys import Company
from limen.data.sealing.store import SealingKey
from limen.data.sealing.wire import Allowed


@dataclass(frozen=True)
class Sealer:
    """For whom is sealed, and what signs. `by` is a person's ID; `others` get it beside the company."""

    tenant: str
    label: str
    key: str
    period: str
    recipient: Recipient
    recovery: tuple[Recipient, ...]
    by: str
    signing: Ed25519PrivateKey = field(repr=False)
    certified: Certified | None = None
    others: tuple[Recipient, ...] = ()

    @classmethod
    def of_person(cls, allowed: Allowed, signing: Ed25519PrivateKey, others: tuple[Recipient, ...] = ()) -> Sealer:
        """With what Limen allowed somebody. Raises SealedError."""
        certificate = allowed.certified.certificate
        return cls(
            certificate.tenant,
            allowed.label,
            allowed.key,
            allowed.period,
            Recipient.read(allowed.recipient),
            tuple(Recipient.read(one) for one in allowed.recovery),
            certificate.person,
            signing,
            allowed.certified,
            others,
        )

    @classmethod
    def of_server(cls, company: Company, key: SealingKey, others: tuple[Recipient, ...] = ()) -> Sealer:
        """On the server itself, in nobody's name."""
        recovery = tuple(Recipient.read(one) for one in key.recovery)
        recipient = Recipient.read(key.recipient)
        return cls(
            company.tenant,
            key.label.word,
            key.id,
            key.period,
            recipient,
            recovery,
            SERVER,
            company.signing,
            None,
            others,
        )

    @property
    def recipients(self) -> tuple[Recipient, ...]:
        """The company's key first: that is where `limen open` looks."""
        return (self.recipient, *self.recovery, *self.others)

    def seal(self, path: Path, target: Path, now: Instant, told: Told | None = None) -> Manifest:
        """Seal the file or folder `path` into the new file `target`. Raises SealedError, OSError."""
        if os.path.lexists(manifest.path_of(target)):
            raise SealedError(f"{manifest.path_of(target)} exists already", "move it away, or name another place")
        if path.is_dir():
            with folders.packed(path) as source:
                sealed = files.seal(source, target, self.recipients, told)
        else:
            with path.open("rb") as source:
                sealed = files.seal(source, target, self.recipients, told)
        said = Manifest(
            tenant=self.tenant,
            label=self.label,
            period=self.period,
            key=self.key,
            document=sealed.document,
            payload_blake3=sealed.payload_blake3.hex(),
            by=self.by,
            at=now,
            others=tuple(one.text for one in self.others),
            folder=path.is_dir(),
        )
        said = manifest.with_mac(said, sealed.file_key)
        manifest.write(target, manifest.sign(said, self.signing, self.certified))
        return said


def sealed_name(path: Path) -> str:
    """What the sealed file is called."""
    return path.name + (folders.ENDING if path.is_dir() else "") + files.ENDING
