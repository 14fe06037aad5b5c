from __future__ import annotations

from limen.facts import (
    EVERYONE,
    Due,
    EnrolledFactors,
    Factor,
    FactStore,
    Needed,
    Person,
    RequiredFactor,
    RequiredFactors,
)

MIA = Person("p_mia", groups=frozenset({"staff"}), active=True)
BOT = Person("w_bot", groups=frozenset({"staff"}), active=True, is_workload=True)
PASSKEY = RequiredFactor("staff", Needed.PASSKEY, "2026-11-30", 3_000)
TWO = RequiredFactor(EVERYONE, Needed.TWO_FACTORS, "2026-11-10", 1_000)
BOTH = RequiredFactors((PASSKEY, TWO))


def having(*factors: Factor, breached_at: int = 0) -> EnrolledFactors:
    return EnrolledFactors(frozenset(factors), breached_at)


def test_what_is_missing_is_due_the_most_urgent_first_and_each_once() -> None:
    dues = [Due(Needed.TWO_FACTORS, 1_000), Due(Needed.PASSKEY, 3_000)]
    assert list(BOTH.dues_of(MIA, having(Factor.PASSWORD))) == dues
    assert BOTH.dues_of(MIA, having()) == tuple(dues)
    assert BOTH.dues_of(MIA, having(Factor.PASSWORD, Factor.CODE)) == (dues[1],)
    assert BOTH.dues_of(MIA, having(Factor.PASSKEY)) == ()
    assert BOTH.dues_of(MIA, having(Factor.SECURITY_KEY)) == ()
    later = RequiredFactor(EVERYONE, Needed.PASSKEY, "2026-12-31", 9_000)
    assert RequiredFactors((later, PASSKEY)).dues_of(MIA, having()) == (dues[1],)


def test_a_group_that_somebody_is_not_in_and_a_service_owe_nothing() -> None:
    other = Person("p_ben", groups=frozenset({"guests"}), active=True)
    assert RequiredFactors((PASSKEY,)).dues_of(other, having()) == ()
    assert BOTH.dues_of(BOT, having()) == ()


def test_a_breached_password_is_due_from_when_it_was_found_until_it_is_gone() -> None:
    assert RequiredFactors().dues_of(MIA, having(Factor.PASSWORD, breached_at=7)) == (Due(Needed.NEW_PASSWORD, 7),)
    assert RequiredFactors().dues_of(MIA, having(Factor.PASSKEY, breached_at=7)) == ()


def test_whoever_asks_is_told_by_when_and_a_change_of_it_is_seen_at_once() -> None:
    known = FactStore()
    changed: list[tuple[str, str]] = []
    known.watch(changed.append)
    known.people.put(MIA)
    assert known.principal("p_mia") == MIA
    known.set_required_factors(BOTH)
    assert known.principal("p_mia").must_enrol_at == 1_000  # type: ignore[union-attr] -- unknown factors read as none
    known.enrolled.put("p_mia", having(Factor.PASSKEY))
    assert known.principal("p_mia") == MIA
    known.enrolled.drop("p_mia")
    assert known.principal("p_mia").must_enrol_at == 1_000  # type: ignore[union-attr]
    assert changed == [("person", "p_mia"), ("apps", ""), ("person", "p_mia"), ("person", "p_mia")]
    assert known.dues_of("nobody") == ()
