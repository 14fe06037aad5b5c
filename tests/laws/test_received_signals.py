"""Laws of what other services tell: whatever comes, in whatever order and however often, it only takes access away; and
nobody is meant of whom the service may not speak.
"""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise
from typing import Any, cast

import pytest
from hypothesis import given, settings, strategies as st
from tests.dial import size
from tests.identity.conftest import House, house, visitor
from tests.identity.test_issuer_accounts import THERE, signed_in_there, vouched
from tests.sso.shared_signals.receiving.test_whom import ADDRESSES, LINKED, finder

from limen.clock import HOUR, MINUTE, Instant
from limen.facts import Session, SessionState
from limen.identity.model import PersonStatus, SignedIn, Visitor
from limen.identity.signalled import SKEW, signalled_people
from limen.identity.store import people
from limen.policy.roles import Guarding
from limen.sso.shared_signals.event_types import (
    AccountDisabled,
    AccountEnabled,
    AccountPurged,
    AssuranceLevelChange,
    CredentialChange,
    RiskLevelChange,
    SecurityEvent,
    SessionRevoked,
    TokenClaimsChange,
)
from limen.sso.shared_signals.receiving.effects import Effects
from limen.sso.shared_signals.receiving.transmitter import May, SignalTransmitter
from limen.sso.shared_signals.receiving.whom import Whom
from limen.sso.shared_signals.subjects import (
    Account,
    Aliases,
    Complex,
    Email,
    IssSub,
    Opaque,
    PhoneNumber,
    Subject,
)
from limen.storage import Transaction

__all__ = ["house", "visitor"]
DOWN = AssuranceLevelChange(namespace="NIST-AAL", current_level="nist-aal1", change_direction="decrease")
EVENTS: tuple[SecurityEvent, ...] = (
    SessionRevoked(),
    AccountDisabled(cause="hijacking"),
    AccountPurged(),
    AccountEnabled(),
    DOWN,
    AssuranceLevelChange(namespace="NIST-AAL", current_level="nist-aal3", change_direction="increase"),
    RiskLevelChange(current_level="LOW"),
    RiskLevelChange(current_level="HIGH"),
    TokenClaimsChange(claims={"role": "administrator"}),
    CredentialChange(credential_type="password", change_type="create"),
)
ENDS = (SessionRevoked, AccountDisabled, AccountPurged)
DISABLES = (AccountDisabled, AccountPurged)
Told = tuple[SecurityEvent, Instant]


@pytest.mark.parametrize("may", [frozenset(May), frozenset({May.END_SESSIONS}), frozenset({May.RAISE_RISK})])
async def test_in_whatever_order_and_however_often_access_is_only_taken_away(
    house: House, visitor: Visitor, may: frozenset[May]
) -> None:
    signed_in = await house.enrol(await house.invited(), house.passkey(), visitor)
    await house.parts.issuer_accounts.link(signed_in.session, vouched(house))
    chance = random.Random(f"signals {sorted(may)}")
    for _ in range(size(40, 6)):
        await _trial(house, visitor, signed_in, may, chance)


async def _trial(house: House, visitor: Visitor, own: SignedIn, may: frozenset[May], chance: random.Random) -> None:
    held = []
    for _ in range(3):
        said = vouched(house, issued_at=house.clock.now())
        held.append((await signed_in_there(house, visitor, said)).session)
        house.clock.forward(5 * MINUTE)
    began, now = held[0].started_at, house.clock.now()
    several = [
        (chance.choice(EVENTS), chance.randrange(began - 5 * MINUTE, now)) for _ in range(chance.randrange(1, 7))
    ]
    several += chance.choices(several, k=3)  # said again
    chance.shuffle(several)
    seen = [_standing(house, own, held)]
    for event, at in several:
        await house.ports.write(lambda t, event=event, at=at: _apply(house, t, own, may, event, at))  # type: ignore[misc]
        seen.append(_standing(house, own, held))
    for before, after in pairwise(seen):
        assert after.live <= before.live
        assert after.strength <= before.strength
        assert after.is_active <= before.is_active
    assert seen[-1] == _expected(own, held, several, may), several
    house.clock.forward(2 * HOUR)
    await house.ports.write(lambda t: people.set_status(t.connection, own.person.id, PersonStatus.ACTIVE))
    await house.ports.write(lambda t: t.changed("person", own.person.id))


def _apply(
    house: House, transaction: Transaction, own: SignedIn, may: frozenset[May], event: SecurityEvent, at: Instant
) -> None:
    transmitter = SignalTransmitter(
        "okta", "https://okta.example", may=may, upstreams=("there",), share=100, people=10_000
    )
    Effects(
        transaction=transaction,
        transmitter=transmitter,
        facts=house.known,
        people=signalled_people(lambda: Guarding((), cast("Any", _NoApp()))),
        devices=None,
        upstreams=(THERE.url,),
        event=event,
        whom=Whom(own.person.id),
        at=at,
        said_by=at,
        now=house.clock.now(),
    ).apply()


class _NoApp:
    """Limen's own, about which no policy says anything."""

    id = "limen"


class Standing(tuple[frozenset[str], int, bool]):
    """Which sign-ins live, the strength of the strongest, and whether the account is active."""

    __slots__ = ()

    @property
    def live(self) -> frozenset[str]:
        return self[0]

    @property
    def strength(self) -> int:
        return self[1]

    @property
    def is_active(self) -> bool:
        return self[2]


def _standing(house: House, own: SignedIn, held: list[Session]) -> Standing:
    now, known = house.clock.now(), house.known
    current = [known.sessions[one.id] for one in held if one.id in known.sessions]
    live = [one for one in current if known.session_state(one, "", now) is SessionState.LIVE]
    strength = max((one.auth.strength for one in live), default=0)
    return Standing((frozenset(one.id for one in live), strength, known.people[own.person.id].active))


def _expected(own: SignedIn, held: list[Session], several: list[Told], may: frozenset[May]) -> Standing:
    """What it comes to, whatever the order: written without looking at what does it."""
    ends = [at for event, at in several if isinstance(event, ENDS)] if May.END_SESSIONS in may else []
    is_off = May.DISABLE_ACCOUNTS in may and any(isinstance(event, DISABLES) for event, _ in several)
    live = [one for one in held if not any(one.started_at <= at + SKEW for at in ends)]
    is_weak = May.END_SESSIONS in may and any(event is DOWN for event, _ in several)
    live = [] if is_off else live
    strength = (1 if is_weak else 2) if live else 0
    return Standing((frozenset(one.id for one in live), strength, not is_off))


# Whom it may speak of

NAMES = st.one_of(
    st.sampled_from([*ADDRESSES, "MIA@harbor.example", "nobody@harbor.example"]).map(Email),
    st.sampled_from([*ADDRESSES]).map(lambda one: Account(f"acct:{one}")),
    st.sampled_from([*LINKED, ("https://okta.example", "x")]).map(lambda pair: IssSub(*pair)),
    st.sampled_from(["p_mia", "p_eve", "d_1", "wren", "eves"]).map(Opaque),
    st.just(PhoneNumber("+49301")),
)
SIMPLE = st.one_of(NAMES, st.lists(NAMES, min_size=1, max_size=4).map(lambda several: Aliases(tuple(several))))
PARTS = st.none() | SIMPLE
SUBJECTS = st.one_of(
    SIMPLE, st.builds(Complex, user=PARTS, device=PARTS, session=PARTS, tenant=PARTS, group=PARTS, application=PARTS)
)
ITS_PEOPLE = {"p_mia", "p_tom"}


@given(SUBJECTS, st.booleans())
@settings(max_examples=size(2_000, 100), deadline=None)
def test_nobody_is_meant_of_whom_it_may_not_speak(subject: Subject, of_all_devices: bool) -> None:
    whom = finder(of_all_devices=of_all_devices).find(cast("Any", None), subject)
    assert whom.person_id in {"", *ITS_PEOPLE}
    assert of_all_devices or {owner for _, owner in whom.devices} <= ITS_PEOPLE
    assert bool(whom.word) or whom.person_id or whom.devices or whom.sid


@given(SUBJECTS)
@settings(max_examples=size(1_000, 100), deadline=None)
def test_a_service_without_people_means_nobody(subject: Subject) -> None:
    found = finder()
    nobodys = replace(found, transmitter=replace(found.transmitter, upstreams=(), domains=()))
    whom = nobodys.find(cast("Any", None), subject)
    assert (whom.person_id, whom.sid if not whom.word else "", whom.devices) == ("", "", ())
