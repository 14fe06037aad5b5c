"""A part of Limen as one value: what it declares, what it does while Limen runs, and what it must end.

Every part has a `pillar.py` with its `PILLAR`, and `limen.pillars` lists them. That file is read by every command, so
it is light: what it names is imported where it is used.
"""

from __future__ import annotations

from limen.pillar.core import Core, committed
from limen.pillar.folder import IN_A_WEEK, Around, FolderFile, FolderFiles, Foreseen, Past, Touched
from limen.pillar.holdings import Holding, Holdings
from limen.pillar.leading import Leader, Once
from limen.pillar.offers import (
    AccessGrants,
    AccountAtApp,
    AgentLogs,
    AppSessions,
    Askable,
    BrowserSessions,
    CompanyPeople,
    Decider,
    DeviceNames,
    DeviceResponses,
    DeviceSessions,
    DeviceTunnels,
    FirewallLogs,
    FlowRequests,
    GroupMemberships,
    JudgedFlow,
    KeptOpen,
    NobodyLeftError,
    NotTakenError,
    Offers,
    PasskeyOrigins,
    PersonResponses,
    Provisioned,
    RequestChannels,
    SignalledDevices,
    SignalledPeople,
    SignOn,
    SignOnDecision,
    TunnelRefusedError,
    WaitingRequest,
    WaitingRequests,
    WorkloadTokens,
)
from limen.pillar.part import (
    NAME,
    Command,
    Declarations,
    ErasedPerson,
    Every,
    Figure,
    FirstStep,
    Installation,
    Pillar,
    Running,
    SawSignIn,
)
from limen.pillar.surfaces import AccessSurface, AccessSurfaces, Standing
