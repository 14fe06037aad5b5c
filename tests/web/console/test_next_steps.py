from __future__ import annotations

from limen.facts import LIMEN, App, Factor, Label, Person, PublicRoute, Upstream
from limen.finding import Finding, State
from limen.identity.model import ADMINISTRATORS, Member, PersonStatus
from limen.web.console.next_steps import about_alerts, about_doctor, next_steps

LIMENS_OWN = App(LIMEN, "Limen", "limen.harbor.example", Upstream(""))


def member(name: str, *factors: Factor, status: PersonStatus = PersonStatus.ACTIVE, groups: str = "") -> Member:
    return Member(Person(name, name, groups=frozenset(groups.split())), status, 1, 1, frozenset(factors))


def app(url: str, *public: PublicRoute) -> App:
    return App("wiki", "Wiki", "wiki.harbor.example", Upstream(url), Label.INTERNAL, public=public)


SOUND = [member("ada", Factor.PASSKEY, groups=ADMINISTRATORS), member("tom", Factor.PASSKEY, groups=ADMINISTRATORS)]
GOOD_APP = app("https://10.0.0.3")


def said(members: list[Member], apps: list[App], watched: dict[str, int] | None = None) -> list[str]:
    return [step.what for step in next_steps(members, [LIMENS_OWN, *apps], watched or {}, {"w": "Known devices only"})]


def test_nothing_is_advised_where_all_is_sound() -> None:
    assert said(SOUND, [GOOD_APP]) == []


def test_a_single_administrator_is_advised_to_find_a_second() -> None:
    assert said([SOUND[0], member("eve", Factor.PASSKEY)], [GOOD_APP]) == ["There is only one administrator"]


def test_the_second_administrator_is_invited_as_one() -> None:
    step = next(iter(next_steps([SOUND[0], member("eve", Factor.PASSKEY)], [LIMENS_OWN, GOOD_APP], {}, {})))
    assert step.href == f"/console/people/invite?group={ADMINISTRATORS}"


def test_people_without_a_passkey_are_counted_and_those_let_go_are_not() -> None:
    gone = member("gus", status=PersonStatus.INACTIVE)
    weak = [member("ewa", Factor.PASSWORD, Factor.CODE), member("max", Factor.PASSWORD, Factor.CODE)]
    assert said([*SOUND, gone, weak[0]], [GOOD_APP]) == ["One person without a passkey"]
    assert said([*SOUND, *weak], [GOOD_APP]) == ["2 people without a passkey"]


def test_people_who_did_not_use_their_link_are_counted() -> None:
    assert said([*SOUND, member("neo", status=PersonStatus.INVITED)], [GOOD_APP]) == [
        "One person invited, not enrolled yet"
    ]


def test_an_app_reached_without_encryption_over_the_network_is_a_finding() -> None:
    assert said(SOUND, [app("http://10.0.0.3")]) == ["One app is not reached over an encrypted connection"]
    assert said(SOUND, [app("http://127.0.0.1:9101")]) == []


def test_public_routes_are_to_be_looked_at() -> None:
    assert said(SOUND, [app("https://x", PublicRoute(frozenset({"GET"}), "/healthz", "monitoring"))]) == [
        "1 public route"
    ]


def test_a_company_without_apps_is_told_how_to_add_one() -> None:
    assert said(SOUND, []) == ["No app is protected yet"]


def test_what_watched_policies_would_have_changed_is_counted_and_leads_to_its_rows() -> None:
    (step,) = next_steps(SOUND, [GOOD_APP], {"w": 314}, {"w": "Known devices only"})
    assert step.what == "314 recent answers would have been different"
    assert "Known devices only" in step.why
    assert step.href == "/console/decisions?watched=w"
    (step,) = next_steps(SOUND, [GOOD_APP], {"w": 314, "v": 1}, {})
    assert step.href == "/console/policies?state=report-only"


def test_invitations_that_ran_out_are_told_apart_from_those_that_may_still_be_used() -> None:
    invited = [member(name, status=PersonStatus.INVITED) for name in ("neo", "noa", "nik")]
    steps = next_steps([*SOUND, *invited], [LIMENS_OWN, GOOD_APP], {}, {}, expired=2)
    assert [step.what for step in steps] == ["2 invitations have expired", "One person invited, not enrolled yet"]


def test_mail_that_goes_into_files_is_something_to_do() -> None:
    steps = next_steps(SOUND, [LIMENS_OWN, GOOD_APP], {}, {}, mail_server="")
    assert [(step.what, step.href) for step in steps] == [("Email is not set up", "/console/settings#mail")]


def test_the_doctor_is_sent_for_once_and_then_says_what_is_wrong() -> None:
    [first] = about_doctor((), has_run=False)
    assert first.what == "The setup hasn't been checked since Limen started"
    fine = Finding("clock", State.OK, "the clock is right")
    wrong = Finding("names", State.WRONG, "wiki.harbor.example leads nowhere", "add it")
    assert list(about_doctor((fine,), has_run=True)) == []
    [found] = about_doctor((fine, wrong), has_run=True)
    assert (found.what, found.why) == (
        "1 problem with the setup",
        "The first: wiki.harbor.example leads nowhere.",
    )


def test_cases_that_wait_come_first() -> None:
    (step,) = about_alerts(1, "critical", "Impossible travel", "/console/cases/ca_1")
    assert next_steps([], [], {}, {}, ["full"], alerts=[step])[0] is step
    assert about_alerts(0, "", "", "") == []
