from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from limen.clock import DAY, HOUR, from_iso
from limen.company.folder import APPS, Folder, read_folder
from limen.company.gate import FIRST_ADMINISTRATOR, pass_gate
from limen.company.load import FolderError, company_in
from limen.company.onboarding import LONGEST, read_until, too_long, within_longest_onboarding, written_until
from limen.company.plan import ANY_WORKLOAD, plan
from limen.company.revision import read_content, write_content
from limen.facts import App, Person, Upstream
from limen.policy.proof.lockout import Candidate

HARBOR = Path(__file__).parents[2] / "examples" / "harbor"
NOW = from_iso("2026-11-24T09:00:00Z")
BERLIN = ZoneInfo("Europe/Berlin")


def with_wiki(line: str, label: str = "internal"):
    texts = dict(read_folder(HARBOR).texts)
    wiki = "  host: wiki.harbor.localhost\n  upstream: http://127.0.0.1:9102\n  label: internal\n"
    assert wiki in texts[APPS]
    texts[APPS] = texts[APPS].replace(wiki, wiki.replace("internal", label) + line)
    return company_in(Folder(texts, ()))


def test_the_end_is_read_in_the_companys_zone_and_written_as_people_write_it() -> None:
    until = read_until("2026-12-08T18:00", BERLIN)
    assert until == from_iso("2026-12-08T17:00:00Z")
    assert written_until(until, BERLIN) == "2026-12-08T18:00"


@pytest.mark.parametrize("text", ["tomorrow", "", "0001-01-01T00:00", "9999-12-31T23:59", "2026-13-01T00:00"])
def test_what_is_no_end_is_refused_with_how_to_write_one(text: str) -> None:
    with pytest.raises(FolderError, match="write it as 2026-12-08T18:00"):
        with_wiki(f'  onboarding: {{until: "{text}"}}\n')


@pytest.mark.parametrize("label", ["confidential", "restricted"])
def test_what_is_confidential_is_never_in_onboarding(label: str) -> None:
    with pytest.raises(FolderError, match=f"an app that is {label} can't be in onboarding"):
        with_wiki("  onboarding: {until: 2026-12-01T18:00}\n", label)


def test_more_than_a_fortnight_is_refused_on_its_line_and_never_decided_by() -> None:
    company = with_wiki("  onboarding: {until: 2026-12-24T18:00}\n")
    (problem,) = too_long(company, NOW)
    assert company.files[APPS].split("\n")[problem.line - 1] == "  onboarding: {until: 2026-12-24T18:00}"
    assert problem.fix == "write 2026-12-08T10:00 at most"
    with pytest.raises(FolderError, match="more than 14 days"):
        pass_gate(company, (FIRST_ADMINISTRATOR,), NOW)
    held = {app.id: app for app in within_longest_onboarding(company.apps, NOW)}
    assert held["wiki"].onboarding_until == NOW + LONGEST
    assert held["payroll"].onboarding_until == 0


def test_what_ended_may_stay_written() -> None:
    company = with_wiki("  onboarding: {until: 2026-11-20T18:00}\n")
    assert too_long(company, NOW) == ()
    pass_gate(company, (FIRST_ADMINISTRATOR,), NOW)


def test_a_revision_keeps_it_and_one_without_it_keeps_its_name() -> None:
    company = with_wiki("  onboarding: {until: 2026-12-01T18:00}\n")
    assert read_content(write_content(company)).apps[-1].onboarding_until
    assert all("onboarding_until" not in app for app in write_content(with_wiki(""))["apps"])
    assert write_content(company) != write_content(with_wiki(""))


def test_a_plan_says_who_gains_what_until_when_and_who_loses_it_when_it_is_enforced() -> None:
    before, after = with_wiki(""), with_wiki("  onboarding: {until: 2026-12-01T18:00}\n")
    people = [Candidate(Person(f"p{n}", groups=frozenset({"contractors"}), active=True), frozenset()) for n in (1, 2)]
    begun, ended = (plan(*sides, people=people, until=NOW) for sides in ((before, after), (after, before)))
    for found, gains in ((begun, True), (ended, False)):
        assert found.reach is not None
        assert found.reach.is_exhaustive
        assert {one.gains for one in found.reach.differences} == {gains}
        assert {app for one in found.reach.differences for app in one.apps} == {"wiki"}
        assert not any("" in one.people for one in found.reach.differences)
    assert begun.kept_reach[0] == (
        "Wiki is in onboarding until 2026-12-01T18:00: everyone who is signed in gets in, and refusals are counted"
    )
    assert ended.kept_reach[0] == "The onboarding of Wiki ends: its policies apply from now on"


def test_guests_gain_nothing_by_it_because_their_policy_always_holds() -> None:
    before, after = with_wiki(""), with_wiki("  onboarding: {until: 2026-12-01T18:00}\n")
    people = [Candidate(Person(f"p{n}", groups=frozenset({"guests"}), active=True), frozenset()) for n in (1, 2)]
    found = plan(before, after, people=people, until=NOW).reach.differences
    assert {one for each in found for one in each.people} <= {ANY_WORKLOAD}


def test_only_what_is_too_long_is_cut() -> None:
    app = App("wiki", "Wiki", "wiki.x", Upstream(""), onboarding_until=NOW + DAY)
    assert within_longest_onboarding((app,), NOW) == (app,)
    assert within_longest_onboarding((replace(app, onboarding_until=NOW + LONGEST + HOUR),), NOW)[
        0
    ].onboarding_until == (NOW + LONGEST)
