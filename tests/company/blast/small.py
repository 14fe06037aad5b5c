"""A small company whose blast radii tests know: an office, servers, finance and backup; a door, Wi-Fi and two apps."""

from __future__ import annotations

from dataclasses import replace

from tests.network.networks import flow, harbor, way
from tests.policy.scene import NOW, app, engine_of

from limen.company.blast.radius import Surroundings
from limen.company.blast.taken import Holder, Kind
from limen.company.blast.today import HeldToken, KnownDevice, Today
from limen.facts import ActionRule, App, Factor, Label, Person, Upstream
from limen.facts.network_service import NetworkService
from limen.facts.radius_service import RadiusService
from limen.network.compiling import compiled
from limen.network.model import Network
from limen.network.packets.regions import Regions

DAY = "2026-11-27"
ANA = Person("p_ana", "Ana", "ana@harbor.example", frozenset({"staff", "finance"}), active=True)
BEN = Person("p_ben", "Ben", "ben@harbor.example", frozenset({"staff"}), active=True)
GONE = Person("p_gone", "Gus", "gus@harbor.example", frozenset({"finance"}))
ROBOT = Person("w_robot", "robot", "", frozenset({"services"}), active=True, is_workload=True)
_VIEW = (ActionRule("view", frozenset(), "/**"),)
APPS = {
    one.id: one
    for one in (
        replace(app(), rules=_VIEW),
        replace(app(Label.RESTRICTED, "payroll"), rules=_VIEW),
        App("books", "Books", "", Upstream(""), Label.CONFIDENTIAL, network=NetworkService(("erp",), ("ssh",))),
        App("wifi", "Wi-Fi", "", Upstream(""), Label.INTERNAL, radius=RadiusService("wifi", ("10.0.0.1",), "40")),
    )
}
POLICIES = """
@id("wiki") permit (principal in Group::"staff", action, resource == App::"wiki") when { context.auth.strength >= 1 };
@id("payroll") permit (principal in Group::"finance", action == Action::"view", resource == App::"payroll")
  when { context.auth.strength >= 2 };
@id("books") permit (principal in Group::"finance", action == Action::"connect", resource == App::"books")
  when { context.device.compliance == "compliant" };
@id("wifi") permit (principal in Group::"staff", action == Action::"connect", resource == App::"wifi")
  when { context.device.managed };
@id("services") permit (principal in Group::"services", action, resource == App::"wiki");
"""
TODAY = Today(
    {one.id: one for one in (ANA, BEN, GONE, ROBOT)},
    {ANA.id: frozenset({Factor.PASSWORD, Factor.CODE}), BEN.id: frozenset({Factor.PASSKEY})},
    {"d1": KnownDevice("d1", "wren", frozenset({ANA.id}), True, "linux", frozenset({"10.10.0.7"}))},
    tokens=(HeldToken(ROBOT.id, "wiki", frozenset({"view"}), "10.20.0.0/24"),),
)
OF_ANA = Holder(Kind.PERSON, ANA.id, ANA.email)
OF_BEN = Holder(Kind.PERSON, BEN.id, BEN.email)


def network() -> Network:
    return harbor([flow("web", way("office", "files")), flow("copy", way("erp", "vault", "ssh"))])


def surroundings(policies: str = POLICIES, today: Today = TODAY, of: Network | None = None) -> Surroundings:
    known = of or network()
    return Surroundings(engine_of(policies), APPS, known, today, NOW, Regions(compiled(known, DAY)))
