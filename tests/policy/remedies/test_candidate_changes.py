from __future__ import annotations

from dataclasses import replace

import pytest
from tests.policy.scene import NOW, engine_of, facts

from limen.clock import HOUR, SECOND
from limen.facts import UNKNOWN_DEVICE, Auth, Device, Factor, Grant, Place
from limen.policy.remedies.candidate_changes import candidate_changes_of, candidates, reads_of

PASSWORD, CODE, PASSKEY = Factor.PASSWORD, Factor.CODE, Factor.PASSKEY


def kinds(strength: int, age: int) -> list[tuple[str, int]]:
    return [(one.kind, one.strength) for one, _ in candidates(Auth(strength, frozenset(), NOW - age), NOW)]


@pytest.mark.parametrize(
    ("strength", "age", "expected"),
    [
        (0, HOUR, [("use_passkey", 3), ("add_factor", 2)]),
        (1, HOUR, [("use_passkey", 3), ("add_factor", 2), ("sign_in_again", 1)]),
        (2, HOUR, [("use_passkey", 3), ("sign_in_again", 2)]),
        (3, HOUR, [("sign_in_again", 3)]),
        (3, 30 * SECOND, [("sign_in_again", 3)]),
        (3, 30 * SECOND - 1, []),
        (2, SECOND, [("use_passkey", 3)]),
    ],
)
def test_what_could_be_proved_now_depends_on_what_was(strength: int, age: int, expected: list[tuple[str, int]]) -> None:
    assert kinds(strength, age) == expected


def test_a_second_factor_is_one_that_was_not_given_yet() -> None:
    for given, added in ((PASSWORD, CODE), (CODE, PASSWORD)):
        proofs = {one.kind: auth for one, auth in candidates(Auth(1, frozenset({given}), NOW - HOUR), NOW)}
        assert proofs["add_factor"] == Auth(2, frozenset({given, added}), NOW)
        assert proofs["use_passkey"] == Auth(3, frozenset({given, PASSKEY}), NOW)
        assert proofs["sign_in_again"] == Auth(1, frozenset({given}), NOW)


def reads(condition: str):
    (policy,) = engine_of(f'@id("p") permit (principal, action, resource) when {{ {condition} }};').policies
    return reads_of(policy)


def offered(condition: str, **known: object) -> list[str]:
    moves = candidate_changes_of(reads(condition), facts(**known), "view", NOW)
    return [" ".join(filter(None, (one.remedy.kind, one.remedy.what, one.remedy.to))) for one in moves]


def test_a_service_is_not_sent_to_a_browser_or_to_get_a_laptop() -> None:
    read = reads("context.auth.strength >= 3 && context.device.known")
    asked = facts(strength=1, device=UNKNOWN_DEVICE)
    for is_workload, expected in ((False, ["use_browser", "enrol_device"]), (True, [])):
        person = replace(asked.person, is_workload=is_workload)
        known = replace(asked, person=person, auth=replace(asked.auth, by_token=True))
        assert [one.remedy.kind for one in candidate_changes_of(read, known, "view", NOW)] == expected


@pytest.mark.parametrize(
    ("condition", "known", "expected"),
    [
        ("context.auth.strength >= 3", {"strength": 2}, ["use_passkey", "sign_in_again"]),
        ('context.session.started > datetime("2026-01-01")', {}, ["new_session"]),
        ("context.device.known", {"device": UNKNOWN_DEVICE}, ["enrol_device"]),
        ("context.device.managed", {}, ["mend_device managed"]),
        ('context.device.compliance == "compliant"', {}, []),
        (
            'context.device.compliance == "compliant"',
            {"device": Device("d", known=True, compliance="non_compliant")},
            ["mend_device compliance"],
        ),
        ('context.device.seen > datetime("2026-01-01")', {}, ["mend_device seen"]),
        ('context.device.platform == "linux"', {}, []),
        (
            '["office", "hall"].contains(context.place.network)',
            {},
            ["change_place network hall", "change_place network office"],
        ),
        ('context.place.network != ""', {}, []),
        ('context.place.country == "DE"', {"place": Place(known=True, country="DE")}, []),
        ('context.place.country == "DE"', {}, ["change_place country DE"]),
        ("!context.place.anonymiser", {}, []),  # whether it is one is not known, so there is nothing to turn off
        ("!context.place.anonymiser", {"place": Place(known=True)}, ["change_place anonymiser"]),
        (
            'context.place has address && context.place.address.isInRange(ip("192.0.2.0/24"))',
            {},
            ["change_place address 192.0.2.0/24"],
        ),
        ("context.grant.active", {}, ["ask_for_grant"]),
        ("context.grant.active", {"grants": (Grant("g", "wiki", frozenset({"view"}), NOW + 1),)}, []),
        ("context.grant.active", {"grants": (Grant("g", "wiki", frozenset({"edit"}), NOW + 1),)}, ["ask_for_grant"]),
        (
            "context.grant.active",
            {"grants": (Grant("g", "wiki", frozenset({"view"}), NOW + 1, device="d9"),)},
            ["ask_for_grant", "use_device"],
        ),
        ("context.grant.active", {"grants": (Grant("g", "wiki", frozenset({"view"}), NOW + 1, device="d1"),)}, []),
        ("context.risk.score < 50 && principal.active && resource.sensitivity < 2", {}, []),
    ],
)
def test_only_what_the_policies_read_and_the_person_can_change_is_offered(
    condition: str, known: dict[str, object], expected: list[str]
) -> None:
    assert offered(condition, **known) == expected


def test_how_firmly_a_device_must_be_bound_is_read_off_the_policies() -> None:
    moves = candidate_changes_of(reads("context.device.binding > 1"), facts(), "view", NOW)
    assert [one.remedy.strength for one in moves] == [1, 2]


def test_a_move_replaces_parts_of_a_context_and_never_alters_one() -> None:
    device = {"known": False, "id": "", "compliance": "unknown", "managed": False, "seen": 0}
    context = {"device": device}
    enrol, mend = candidate_changes_of(reads("context.device.managed"), facts(device=UNKNOWN_DEVICE), "view", NOW)
    mend.change(context, NOW)
    assert context["device"] == device  # a device that nobody knows is mended by nothing
    enrol.change(context, NOW)
    mend.change(context, NOW)
    assert context["device"]["known"]
    assert context["device"]["managed"]
    assert not device["known"]
