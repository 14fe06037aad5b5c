"""Directories and clouds in whose groups Limen puts people for as long as a grant lasts: where each is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class DirectoryKind(StrEnum):
    """What it is, and so how it is asked."""

    LDAP = "ldap"
    ENTRA = "entra"
    GOOGLE = "google"
    AWS = "aws"


@dataclass(frozen=True, slots=True)
class Directory:
    """A connection to a directory.

    LDAP, and Active Directory: it is at `url`; `ldaps://`, or `ldap://`, where TLS is begun before anything is said.
    Limen binds as `client`, and finds people below `base` by the attribute `match`; groups hold them in `member`.
    `trust` is the certificate of the authority that signed the directory's own, as PEM ("": the system's authorities).
    Entra: `tenant`, and `client` as which Limen signs in. Google: `client` is the administrator for whom its service
    account acts. AWS: `url` is the region's, `tenant` the identity store's id, `client` the access key.
    """

    kind: DirectoryKind
    url: str = ""
    tenant: str = ""
    client: str = ""
    base: str = ""
    match: str = "mail"
    member: str = "member"
    trust: str = ""

    @property
    def place(self) -> str:
        """What a secret is stored for: where it is another, the secret has to be given anew."""
        return f"{self.kind} {self.url} {self.tenant} {self.client}"
