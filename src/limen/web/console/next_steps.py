"""What to do next: advice computed from the state of things, the most pressing first. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from limen.enforcement.addresses import is_plain_http
from limen.facts import LIMEN, App, Factor
from limen.finding import Finding, State
from limen.identity.model import ADMINISTRATORS, Member, PersonStatus


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do: what is so, why it matters, and where it is done."""

    what: str
    why: str
    href: str
    link: str


def next_steps(
    members: Iterable[Member],
    apps: Iterable[App],
    would_change: Mapping[str, int],
    titles: Mapping[str, str],
    scarce: Iterable[str] = (),
    onboarding: Iterable[Step] = (),
    backups: Iterable[Step] = (),
    doctor: Iterable[Step] = (),
    expired: int = 0,
    mail_server: str = "none needed",
    alerts: Iterable[Step] = (),
) -> list[Step]:
    """`would_change` counts, for each watched policy, the answers it would have changed; `titles` are theirs.

    `scarce` says what room is running out. `onboarding` are the steps of apps in onboarding: everybody passes there;
    `backups` and `doctor` those of their pages. `expired` counts those invited whose link works no more; `mail_server`
    is "" where mails are only written to files. `alerts` says which cases wait.
    """
    members, apps = list(members), list(apps)
    return [
        *alerts,
        *_about_room(scarce),
        *onboarding,
        *doctor,
        *backups,
        *_about_people(members, expired),
        *_about_mail(mail_server),
        *_about_apps(apps),
        *_about_watched(would_change, titles),
    ]


def about_alerts(waiting: int, worst: str, newest: str, href: str) -> list[Step]:
    """Cases that nobody has taken yet: how many, how bad the worst is, and what the newest is called."""
    if not waiting:
        return []
    what = "1 case waits for somebody" if waiting == 1 else f"{waiting:,} cases wait for somebody"
    return [Step(f"{what}, {worst}", f"The newest: {newest}.", href, "Look at it" if waiting == 1 else "Look at them")]


def about_onboarding(app: App, until: str, people: int, count: int) -> Step:
    """An app that everybody who is signed in passes, until it ends by itself or somebody enforces it."""
    return Step(
        f"{app.name} is in onboarding until {until}",
        f"{_people(people)} would have been refused {count:,} time{'s' if count != 1 else ''} so far."
        if count
        else "Nobody would have been refused so far.",
        f"/console/apps/{app.id}/onboarding",
        "See who, and enforce it",
    )


def _about_room(scarce: Iterable[str]) -> Iterator[Step]:
    for sentence in scarce:
        yield Step(
            sentence,
            "When the disk is full, the journal can't be written and all access is denied. Free up space or keep less.",
            "/console/decisions",
            "See what is kept",
        )


def _about_people(members: list[Member], expired: int) -> Iterator[Step]:
    active = [member for member in members if member.status is PersonStatus.ACTIVE]
    invited = [member for member in members if member.status is PersonStatus.INVITED]
    without = [member for member in active if Factor.PASSKEY not in member.factors]
    if len([member for member in active if ADMINISTRATORS in member.person.groups]) == 1:
        yield Step(
            "There is only one administrator",
            "If they lose their passkey, access can only be restored on the server itself.",
            f"/console/people/invite?group={ADMINISTRATORS}",
            "Invite a second administrator",
        )
    if without:
        yield Step(
            f"{_people(len(without))} without a passkey",
            "Passwords and codes can be phished; a passkey works only on the real site.",
            "/console/people?show=without-passkey",
            "See who",
        )
    if expired:
        yield Step(
            f"{expired} invitation{'s have' if expired != 1 else ' has'} expired",
            "Their links no longer work, so they can't sign in. Email them new ones.",
            "/console/people?show=invited",
            "See which",
        )
    if len(invited) > expired:
        yield Step(
            f"{_people(len(invited) - expired)} invited, not enrolled yet",
            "They have no access until they use their link. You can issue a new one at any time.",
            "/console/people?show=invited",
            "See who",
        )
    if len(members) == 1:
        yield Step(
            "You are the only person so far",
            "Give everyone their own account, so that none is shared.",
            "/console/people/invite",
            "Invite someone",
        )


def _about_mail(mail_server: str) -> Iterator[Step]:
    if not mail_server:
        yield Step(
            "Email is not set up",
            "Invitations are written to files in data/outbox and have to be delivered by hand.",
            "/console/settings#mail",
            "See the settings",
        )


def about_doctor(findings: Iterable[Finding], *, has_run: bool) -> Iterator[Step]:
    """What the last examination found wrong, or that there was none yet."""
    wrong = [one for one in findings if one.state is State.WRONG]
    if wrong:
        yield Step(
            f"{len(wrong)} problem{'s' if len(wrong) != 1 else ''} with the setup",
            f"The first: {wrong[0].what}.",
            "/console/doctor",
            "See what to do",
        )
    elif not has_run:
        yield Step(
            "The setup hasn't been checked since Limen started",
            "The doctor checks names, certificates, clocks, apps and disks, and tells you how to fix problems.",
            "/console/doctor",
            "Check now",
        )


def _about_apps(apps: list[App]) -> Iterator[Step]:
    plain = [app for app in apps if app.id != LIMEN and is_plain_http(app.upstream.url)]
    if plain:
        yield Step(
            f"{_apps(len(plain))} not reached over an encrypted connection",
            "Anyone on the network path can read the traffic. Set up https for them.",
            "/console/apps?show=findings",
            "See which",
        )
    routes = sum(len(app.public) for app in apps)
    if routes:
        yield Step(
            f"{routes} public route{'s' if routes != 1 else ''}",
            "Anyone can request these without signing in. Make sure each is intended.",
            "/console/apps?show=public",
            "Review them",
        )
    if not [app for app in apps if app.id != LIMEN]:
        yield Step(
            "No app is protected yet",
            "Enter its address and who it is for. It starts in onboarding, during which nobody is refused.",
            "/console/add-app",
            "Add one",
        )


def _about_watched(would_change: Mapping[str, int], titles: Mapping[str, str]) -> Iterator[Step]:
    if not would_change:
        return
    policy, count = max(would_change.items(), key=lambda one: (one[1], one[0]))
    others = len(would_change) - 1
    more = f" {_others(others)} would also have changed answers." if others else ""
    yield Step(
        f"{count:,} recent answers would have been different" if count != 1 else "One answer would have been different",
        f"if “{titles.get(policy, policy)}” were enforced. It is report-only.{more}",
        f"/console/decisions?watched={policy}" if not others else "/console/policies?state=report-only",
        "See which",
    )


def _others(count: int) -> str:
    return f"{count} more policies" if count != 1 else "One more policy"


def _people(count: int) -> str:
    return f"{count} people" if count != 1 else "One person"


def _apps(count: int) -> str:
    return f"{count} apps are" if count != 1 else "One app is"
