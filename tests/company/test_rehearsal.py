from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from tests.company.company_folder import change
from tests.company.small_folder import small_folder

from limen.company.candidate import added, candidate
from limen.company.company import Company
from limen.company.load import load_company
from limen.company.rehearsal import Rehearsal, Turn, rehearse
from limen.facts import Facts, Person, Place
from limen.facts.facts_json import facts_to_bytes
from limen.facts.nouns import Auth, Factor
from limen.policy.decision import Request
from limen.storage.journal.past_decisions import PastDecision, WrittenFacts

NOW = 1_795_510_800_000
PASSKEY = Auth(3, frozenset({Factor.PASSKEY}), NOW)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_folder(tmp_path)


@pytest.fixture
def company(root: Path) -> Company:
    return load_company(root)


def asked(
    company: Company,
    who: str,
    app: str,
    action: str = "view",
    *,
    groups: tuple[str, ...] = ("staff",),
    auth: Auth = PASSKEY,
    address: str = "192.0.2.7",
    count: int = 1,
    number: int = 1,
) -> PastDecision:
    """A decision as the journal has it: made by `company` on these facts."""
    network = "office" if address.startswith("192.0.2.") else ""
    person = Person(who, groups=frozenset(groups), active=True)
    facts = Facts(company.all_apps[app], person, auth, place=Place(address, network=network))
    request = Request(action, "GET", "/**", company.all_apps[app].host)
    decision = company.engine().decide(request, facts, NOW)
    reasons = tuple(reason.policy for reason in decision.reasons)
    written = msgspec.json.decode(facts_to_bytes(facts), type=WrittenFacts)
    return PastDecision(
        f"{number:024x}", count, who, decision.effect.value, reasons, (), company.revision, app, request, written, NOW
    )


def told(found: Rehearsal) -> list[tuple[str, str, str, str, int]]:
    return [(one.turn.value, one.person, one.app, one.action, one.count) for one in found.turned]


def test_the_same_company_turns_nothing(company: Company) -> None:
    day = [asked(company, "p1", "wiki"), asked(company, "p1", "payroll"), asked(company, "", "wiki", groups=())]
    found = rehearse(company, company, day)
    assert (found.replayed, found.differences, found.other_reasons) == (3, 0, 0)


def test_who_loses_who_gains_how_often_with_examples(root: Path, company: Company) -> None:
    day = [
        asked(company, "p1", "payroll", groups=("staff", "finance"), count=7, number=1),
        asked(company, "p1", "payroll", groups=("staff", "finance"), address="203.0.113.1", count=2, number=2),
        asked(company, "p2", "payroll", count=3, number=3),
        asked(company, "p2", "wiki", count=5, number=4),
    ]
    text = company.files["policies/20-report-only.cedar"].replace('@state("report-only")\n', "")
    more = '@id("staff-see-salaries")\npermit (principal in Group::"staff", action == Action::"view", resource);'
    after = candidate(company, {"policies/20-report-only.cedar": text, **added(company, more)})
    found = rehearse(company, after, day)
    assert told(found) == [("gains", "p2", "payroll", "view", 3), ("loses", "p1", "payroll", "view", 2)]
    assert found.of(Turn.LOSES)[0].because == ("payroll-from-the-office",)
    assert found.of(Turn.LOSES)[0].examples == (f"{2:024x}-1",)
    assert (found.replayed, found.distinct, found.differences) == (17, 4, 5)
    assert found.other_reasons == 7 + 5  # the new policy permits them, too


def test_a_challenge_is_told_apart_from_a_refusal(root: Path, company: Company) -> None:
    code = Auth(2, frozenset({Factor.PASSWORD, Factor.CODE}), NOW)
    day = [asked(company, "p1", "wiki", auth=code), asked(company, "p2", "wiki", "administer")]
    change(root, "policies/10-who.cedar", "<= 1 && context.auth.strength >= 2", "<= 1 && context.auth.strength >= 3")
    assert told(rehearse(company, load_company(root), day)) == [("is asked to confirm first", "p1", "wiki", "view", 1)]


def test_what_no_policy_answered_is_left_out_and_counted(company: Company) -> None:
    one = asked(company, "p1", "wiki")
    assert one.facts is not None
    tampered = msgspec.structs.replace(one.facts, risk=msgspec.Raw(b'{"score":"low"}'))
    day = [
        msgspec.structs.replace(one, reasons=("session-revoked", "nothing-permits"), effect="deny", count=4),
        msgspec.structs.replace(one, reasons=("public-route",), revision=""),
        msgspec.structs.replace(one, reasons=("policy-error",), effect="deny", revision=""),
        msgspec.structs.replace(one, reasons=("person-inactive",), effect="deny", actor=""),
        msgspec.structs.replace(one, facts=None, count=2),
        msgspec.structs.replace(one, facts=tampered),
    ]
    found = rehearse(company, company, day)
    assert (found.replayed, found.left_out, found.unknown, found.differences) == (0, 7, 3, 0)


def test_what_an_older_revision_answered_is_compared_with_the_one_in_force(root: Path, company: Company) -> None:
    """Last week's change is not shown again as this candidate's."""
    old = asked(company, "p1", "wiki")
    change(root, "policies/10-who.cedar", "sensitivity <= 1 &&", "sensitivity <= 0 &&")
    in_force = load_company(root)
    assert rehearse(in_force, in_force, [old]).differences == 0
    assert told(rehearse(company, in_force, [old])) == [("loses", "p1", "wiki", "view", 1)]


def test_labels_networks_and_apps_of_the_candidate_count(root: Path, company: Company) -> None:
    day = [
        asked(company, "p1", "wiki", number=1),
        asked(company, "p1", "payroll", groups=("staff", "finance"), number=2),
    ]
    change(root, "apps.yaml", "label: internal", "label: confidential")
    assert told(rehearse(company, load_company(root), day)) == [("loses", "p1", "wiki", "view", 1)]
    text = (root / "apps.yaml").read_text()
    (root / "apps.yaml").write_text("- id: payroll\n" + text.partition("- id: payroll\n")[2])
    tests = (root / "policies/tests.yaml").read_text()
    (root / "policies/tests.yaml").write_text(tests[tests.index("- test: Staff do not") :])
    without = rehearse(company, load_company(root), day)
    assert told(without) == [("loses", "p1", "wiki", "view", 1)]
    assert without.turned[0].because == ("unknown-host",)
    enforced = replace(company, policies=company.policies)
    text = company.files["policies/20-report-only.cedar"].replace('"report-only"', '"enforce"')
    elsewhere = company.files["limen.toml"].replace("192.0.2.0/24", "198.51.100.0/24")
    tests = company.files["policies/tests.yaml"].replace("192.0.2.7", "198.51.100.7")
    names = ("policies/20-report-only.cedar", "limen.toml", "policies/tests.yaml")
    moved = candidate(enforced, dict(zip(names, (text, elsewhere, tests), strict=True)))
    assert told(rehearse(company, moved, day)) == [("loses", "p1", "payroll", "view", 1)]


def test_what_a_replay_can_not_tell_is_said(root: Path, company: Company) -> None:
    change(root, "apps.yaml", '    download: ["GET /export/**"]', '    share: ["GET /export/**"]')
    found = rehearse(company, load_company(root), [])
    assert found.not_replayed == (
        "the mapping of requests to actions has changed for Wiki; each request is replayed as the action it was",
    )


def test_the_collector_is_as_it_was_before_whatever_happens(company: Company) -> None:
    before = gc.get_threshold()

    def broken() -> Iterator[PastDecision]:
        yield asked(company, "p1", "wiki")
        assert gc.get_threshold()[0] >= 50_000
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="disk is gone"):
        rehearse(company, company, broken())
    assert gc.get_threshold() == before
