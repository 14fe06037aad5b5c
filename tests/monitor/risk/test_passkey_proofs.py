"""A passkey on the known device explains what it can, for what was found on that device, and nothing else."""

from __future__ import annotations

from tests.devices.laptops import Ida
from tests.devices.signals.sensors import bind
from tests.devices.software_agent import SoftwareAgent
from tests.monitor.over_harbor import about, hit, risk_of, score, session_of, take
from tests.web.conftest import House

from limen.clock import MINUTE
from limen.facts import Risk
from limen.monitor.detections.hit import Level
from limen.monitor.risk.passkey_proofs import Proofs


def new_place(house: House, ida: Ida, **more: object) -> dict[str, object]:
    """The finding of a rule that a passkey explains, in her newest session."""
    values: dict[str, object] = {"is_explained_by_passkey": True, "level": Level.CRITICAL, "confidence": 60}
    return about(ida.id, session=session_of(house, ida.id), **{**values, **more})


async def test_a_passkey_on_the_device_of_the_finding_lowers_it(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    risk_of(harbor).heard()
    proofs = Proofs(harbor.limen.core)
    await take(harbor, hit(harbor, **new_place(harbor, ida)))
    await proofs.look()
    assert score(harbor, ida.id) == (60, True)  # the passkey of the sign-in was before
    harbor.clock.forward(MINUTE // 2)
    await ida.browser.step_up("wiki")
    await proofs.look()
    assert score(harbor, ida.id) == (15, True)
    harbor.clock.forward(MINUTE // 2)
    risk_of(harbor).heard()
    await take(harbor, hit(harbor, 2, **new_place(harbor, ida)))
    assert score(harbor, ida.id)[0] > 60  # what comes afterwards is not explained by it
    proofs.close()


async def test_what_a_passkey_does_not_explain_stays(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    risk_of(harbor).heard()
    proofs = Proofs(harbor.limen.core)
    await take(harbor, hit(harbor, **new_place(harbor, ida, is_explained_by_passkey=False)))
    harbor.clock.forward(MINUTE)
    await ida.browser.step_up("wiki")
    await proofs.look()
    assert score(harbor, ida.id) == (60, True)
    proofs.close()


async def test_a_passkey_elsewhere_says_nothing(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    """The person at her desk does not speak for a session in another country; nor does a browser on no device."""
    risk_of(harbor).heard()
    proofs = Proofs(harbor.limen.core)
    stranger = harbor.browser(address="198.51.100.66")
    stranger.passkey = ida.browser.passkey
    await stranger.sign_in()
    await take(harbor, hit(harbor, **new_place(harbor, ida)))  # in the stranger's session, on no device
    harbor.clock.forward(MINUTE)
    await ida.browser.step_up("wiki")
    await stranger.step_up("wiki")
    await proofs.look()
    assert score(harbor, ida.id) == (60, True)
    proofs.close()


async def test_it_looks_at_nothing_where_nothing_was_proved(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    proofs = Proofs(harbor.limen.core)
    harbor.limen.known.session_risks.put(session_of(harbor, ida.id), Risk(3, known=True))
    before = harbor.limen.database.read(lambda snapshot: snapshot.seq)
    await proofs.look()
    await proofs.look()
    assert harbor.limen.database.read(lambda snapshot: snapshot.seq) == before
    proofs.close()


async def test_another_passkey_than_on_the_found_device(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    risk_of(harbor).heard()
    proofs = Proofs(harbor.limen.core)
    await take(harbor, hit(harbor, **new_place(harbor, ida, device_id="d_other")))
    harbor.clock.forward(MINUTE)
    await bind(ida, laptop)
    await ida.browser.step_up("wiki")
    await proofs.look()
    assert score(harbor, ida.id) == (60, True)
    proofs.close()
