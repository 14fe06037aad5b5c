from __future__ import annotations

from tests.enforcement.radius.networks import LAPTOP, certify, ties_of
from tests.web.conftest import House

from limen.clock import HOUR
from limen.enforcement.radius.device_doors import CERTIFICATE_OVER, DeviceDoors, session_of
from limen.facts import Session, SessionState
from limen.ties import BY_CERTIFICATE


def ida(harbor: House) -> str:
    return harbor.id_of("ida@harbor.example")


def of_certificate(harbor: House) -> Session:
    certify(harbor, ida(harbor))
    (held,) = ties_of(harbor).certificates_of(LAPTOP)
    return session_of(held, harbor.clock.now())


async def test_a_certificate_is_one_factor_on_its_device_and_no_person_there(harbor: House) -> None:
    session = of_certificate(harbor)
    assert (session.auth.strength, session.auth.interactive, session.binding) == (1, False, BY_CERTIFICATE)
    answer = DeviceDoors(harbor.limen.core).decide_device(
        "radius", harbor.limen.known.apps["office-wifi"], session, "connect", ""
    )
    assert answer.permitted
    assert answer.facts is not None
    assert (answer.facts.device.id, answer.facts.person.id) == (LAPTOP, ida(harbor))


async def test_what_needs_a_passkey_is_not_met_by_it(harbor: House) -> None:
    session = of_certificate(harbor)
    doors = DeviceDoors(harbor.limen.core)
    assert not doors.decide_device("radius", harbor.limen.known.apps["vpn"], session, "connect", "").permitted


async def test_it_ends_with_the_certificate_the_person_and_what_the_device_is(harbor: House) -> None:
    session, doors = of_certificate(harbor), DeviceDoors(harbor.limen.core)
    answer = doors.decide_device("radius", harbor.limen.known.apps["office-wifi"], session, "connect", "")
    word, until = doors.re_check(answer, "")
    assert word == ""
    assert until is not None
    assert until <= session.expires_at
    harbor.limen.known.devices.drop(LAPTOP)
    assert doors.re_check(answer, "")[0] != ""
    certify(harbor, ida(harbor), 24 * HOUR)
    await harbor.limen.identity.sessions.revoke_person(ida(harbor), by="")
    assert doors.why_ended(answer) == SessionState.REVOKED
    ties_of(harbor).set_certificates(LAPTOP, None)
    assert doors.why_ended(answer) == CERTIFICATE_OVER
