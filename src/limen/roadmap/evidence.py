"""Everything that controls are measured by, as it was at one instant: what all share, and an area for each phase
that is measured. Pure.

A source that is silent or not connected is None, and never a good value: what a control can't know of is unknown, and
unknown is not met.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from limen.clock import Instant
from limen.company.company import Company
from limen.facts import App
from limen.identity.model import Member
from limen.probes.model import Run
from limen.roadmap.data.evidence import DataEvidence
from limen.roadmap.devices.evidence import DeviceEvidence
from limen.roadmap.identity.evidence import IdentityEvidence
from limen.roadmap.network.evidence import NetworkEvidence
from limen.roadmap.statements import Statement
from limen.storage.journal.usage import Use


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """`at` is when all of it was read.

    `company` is what is in force, None before anything was published; `members` is everybody who is known. `uses` are
    the decisions of the last 90 days, counted; they are on record since `recorded_since`. `probes` are the newest run
    of each probe that is over. `statements` are what people of the company state that no source can tell, also those
    that are over.
    """

    at: Instant
    company: Company | None = None
    members: tuple[Member, ...] = ()
    uses: tuple[Use, ...] = ()
    recorded_since: Instant = 0
    probes: Mapping[str, Run] | None = None
    statements: tuple[Statement, ...] = ()
    identity: IdentityEvidence = field(default_factory=IdentityEvidence)
    devices: DeviceEvidence = field(default_factory=DeviceEvidence)
    network: NetworkEvidence = field(default_factory=NetworkEvidence)
    data: DataEvidence = field(default_factory=DataEvidence)

    @property
    def apps(self) -> Mapping[str, App]:
        """Every app of the company by its id, Limen itself among them."""
        return {} if self.company is None else self.company.all_apps
