"""What is known of one address: a value."""

from __future__ import annotations

from dataclasses import dataclass

from limen.facts import Place
from limen.monitor.places.rules import EgressKind


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where an address is, as far as files tell. "" and 0 and None: not known.

    `country` is ISO 3166-1 alpha-2, `city` and `owner_name` are as a database writes them. `latitude` and `longitude`
    are degrees (WGS 84), `radius_km` how far off they may be, as the database says (0: it does not say). `owner` is the
    AS number of whoever runs the network. `anonymiser`: whether anybody could be behind it; `lists` name who says so.
    `egress` is a way out that the company named, and `network` one of its own networks.
    """

    address: str
    country: str = ""
    city: str = ""
    latitude: float | None = None
    longitude: float | None = None
    radius_km: int = 0
    owner: int = 0
    owner_name: str = ""
    anonymiser: bool | None = None
    lists: tuple[str, ...] = ()
    egress: str = ""
    egress_kind: EgressKind | None = None
    network: str = ""

    @property
    def place(self) -> Place:
        """What policies see of it. What is not known reads as the worst."""
        return Place(
            address=self.address,
            known=self.country != "",
            country=self.country,
            network=self.network,
            anonymiser=self.anonymiser is not False,
        )

    @property
    def tells_nothing(self) -> bool:
        """Whether whoever is behind it may be anywhere else: a way out of many, or an anonymiser."""
        return self.egress_kind is not None or self.anonymiser is True
