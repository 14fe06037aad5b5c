"""The section `[data]` of `limen.toml`: where proxies and mail servers ask, which shares are watched, and how files are
sealed. What is looked for, and what is done about it, stands in `data.yaml`.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field

from limen.settings import ListensAt, Network, Section

ShareName = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f/\\]+$")]
Domain = Annotated[str, Field(max_length=253, pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$")]


class Period(StrEnum):
    """How long one key seals."""

    QUARTER = "quarter"
    YEAR = "year"


class SealingSettings(Section):
    """Sealed files: which keys they are encrypted for, and where these are kept."""

    recovery: Annotated[tuple[str, ...], Field(max_length=8)] = ()
    """Recovery keys, as `limen seal recovery-key` prints them: whatever is sealed opens with each of them, without
    Limen. Sealing needs one, and two for restricted files."""
    period: Period = Period.YEAR
    """How long one key seals files of a label: `year` or `quarter`. What was sealed in a period can be destroyed with
    its key."""
    keys: Annotated[str, Field(max_length=300)] = "database"
    """What protects sealing keys beside the master key: `database` (nothing more), `file:/absolute/folder` (a file for
    each), `systemd:NAME` (a credential), or `pkcs11:token=NAME?module-path=/library.so&pin-source=file:/pin` (a key in
    a token for each). What is changed here counts for new keys."""
    wait_hours: Annotated[int, Field(ge=1, le=720)] = 72
    """How long keys that `limen seal shred` names stay, unused, until they are destroyed for good."""


class DataSettings(Section):
    """Where data passes that doesn't go by the gateway. What may pass is in `data.yaml`; paths are relative to the
    company folder.
    """

    icap: ListensAt = ""
    """`address:port` where web proxies ask by ICAP, such as 127.0.0.1:1344; "" turns it off."""
    icap_certificate: Path | None = None
    """The certificate with its chain, to be asked by TLS (`icaps`)."""
    icap_key: Path | None = None
    """The certificate's private key."""
    proxies: Annotated[tuple[Network, ...], Field(max_length=64)] = ()
    """The addresses of the proxies. Only they may connect, and only they are believed who has signed in to them; with
    none, this machine may connect."""
    milter: ListensAt = ""
    """`address:port` where mail servers ask by milter, such as 127.0.0.1:8891; "" turns it off."""
    mail_servers: Annotated[tuple[Network, ...], Field(max_length=64)] = ()
    """The addresses of the mail servers; with none, this machine may connect."""
    mail_domains: Annotated[tuple[Domain, ...], Field(max_length=256)] = ()
    """Your own domains beside `domain`, by mail, on the web and in stores: everybody else is outside."""
    unencrypted: bool = False
    """Whether other machines may ask without TLS: everything that passes can be read on the way."""
    shares: Annotated[dict[ShareName, Path], Field(max_length=64)] = {}
    """Each share's name, as your file server calls it, and its folder on this machine; what is written there is looked
    into."""
    samba_log: Path | None = None
    """The log in which Samba says who wrote what (`limen data recipe samba`)."""
    quarantine: Path | None = None
    """The folder of files that were taken out of shares; by default `quarantine` in the data folder."""
    quarantine_days: Annotated[int, Field(ge=0, le=3_660)] = 0
    """After so many days what was taken out of shares is deleted for good; 0 keeps it until somebody deletes it."""
    sealing: SealingSettings = SealingSettings()

    def own_domains(self, domain: str) -> tuple[str, ...]:
        """`domain` and the others that are the company's own, in lower case."""
        return tuple(dict.fromkeys(one.casefold() for one in (domain, *self.mail_domains)))

    @property
    def is_on(self) -> bool:
        """Whether anything is asked or watched."""
        return bool(self.icap or self.milter or self.shares)
