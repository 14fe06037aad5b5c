from __future__ import annotations

from tests.enforcement.radius.networks import ida, signed_in
from tests.web.conftest import House

from limen.clock import HOUR
from limen.enforcement.radius.person_doors import PersonDoors
from limen.facts import SessionState


async def test_a_sign_in_is_decided_about_again_though_it_idled_out_and_that_is_no_use_of_it(harbor: House) -> None:
    doors, session, known = PersonDoors(harbor.limen.core), signed_in(harbor, ida(harbor)), harbor.limen.known
    before = known.last_used(session.id)
    harbor.clock.forward(3 * HOUR)
    answer = doors.decide_again("radius", known.apps["vpn"], session, "connect", "198.51.100.9", 0)
    word, looked_at = doors.re_check(answer, "198.51.100.9")
    assert (answer.permitted, word) == (True, "")
    assert looked_at is not None
    assert harbor.clock.now() < looked_at <= session.expires_at
    assert known.last_used(session.id) == before
    harbor.clock.forward(5 * HOUR)
    assert doors.re_check(answer, "198.51.100.9") == (SessionState.ENDED, None)


async def test_whoever_is_gone_or_never_was_issued_is_not_in(harbor: House) -> None:
    doors, session, known = PersonDoors(harbor.limen.core), signed_in(harbor, ida(harbor)), harbor.limen.known
    answer = doors.decide_again("radius", known.apps["vpn"], session, "connect", "198.51.100.9", 0)
    known.sessions.drop(session.id)
    assert doors.re_check(answer, "198.51.100.9") == (SessionState.REVOKED, None)
