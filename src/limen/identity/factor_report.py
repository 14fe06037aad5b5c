"""Who has the factors that are required of them, and how people really signed in: figures, each with its rows. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from limen.clock import to_iso
from limen.facts import Person, RequiredFactor, RequiredFactors
from limen.identity.model import ADMINISTRATORS, Member, PersonStatus
from limen.identity.past_sign_ins import PastSignIn, PastSignIns


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many. Of none, there is no share."""

    numerator: int
    denominator: int

    @property
    def percent(self) -> int | None:
        """Rounded down: 100 means all of them."""
        return self.numerator * 100 // self.denominator if self.denominator else None


@dataclass(frozen=True, slots=True)
class RequirementReport:
    """One row of `factors.yaml`: how many of the active people whom it is about have the factor, and who lacks it."""

    row: RequiredFactor
    has_it: Share
    lacking: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class SignInReport:
    """How some people really signed in.

    `people`: of the active ones who signed in, those who never did it with fewer than two factors, and
    `phishing_resistant`: those who always used a passkey. `strong` and `strongest` count sign-ins instead (strength 2
    and more, 3). `weaker` are those with one factor, the newest first; `silent` are the active people who did not sign
    in at all.
    """

    people: Share
    phishing_resistant: Share
    strong: Share
    strongest: Share
    weaker: tuple[PastSignIn, ...]
    silent: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class FactorReport:
    required: tuple[RequirementReport, ...]
    everyone: SignInReport
    administrators: SignInReport
    past: PastSignIns
    names: dict[str, str]


def factor_report(members: Iterable[Member], required: RequiredFactors, past: PastSignIns) -> FactorReport:
    """The figures for active people; past sign-ins of somebody who is no longer active count as sign-ins alone."""
    active = [one for one in members if one.status is PersonStatus.ACTIVE]
    administrators = [one.person for one in active if ADMINISTRATORS in one.person.groups]
    return FactorReport(
        required=tuple(_requirement(row, active) for row in required.rows),
        everyone=_sign_ins([one.person for one in active], past.rows),
        administrators=_sign_ins(
            administrators, [one for one in past.rows if one.person_id in {person.id for person in administrators}]
        ),
        past=past,
        names={one.person.id: one.person.name for one in active},
    )


def _requirement(row: RequiredFactor, active: list[Member]) -> RequirementReport:
    about = [one for one in active if row.is_about(one.person)]
    lacking = _by_name(one.person for one in about if not row.is_met_by(one.factors))
    return RequirementReport(row, Share(len(about) - len(lacking), len(about)), lacking)


def _sign_ins(people: list[Person], rows: Iterable[PastSignIn]) -> SignInReport:
    kept = list(rows)
    weakest: dict[str, int] = {}
    for one in kept:
        weakest[one.person_id] = min(one.strength, weakest.get(one.person_id, one.strength))
    seen = [weakest[one.id] for one in people if one.id in weakest]
    return SignInReport(
        people=Share(sum(one >= 2 for one in seen), len(seen)),
        phishing_resistant=Share(sum(one >= 3 for one in seen), len(seen)),
        strong=Share(sum(one.strength >= 2 for one in kept), len(kept)),
        strongest=Share(sum(one.strength >= 3 for one in kept), len(kept)),
        weaker=tuple(one for one in kept if one.strength < 2),
        silent=_by_name(one for one in people if one.id not in weakest),
    )


def _by_name(people: Iterable[Person]) -> tuple[Person, ...]:
    return tuple(sorted(people, key=lambda one: (one.name.casefold(), one.id)))


def to_json(report: FactorReport) -> dict[str, Any]:
    """The report as plain values, sorted; instants in ISO 8601."""
    return {
        "required": [
            {
                "who": one.row.who,
                "factor": str(one.row.needed),
                "by": one.row.by,
                **_share(one.has_it),
                "lacking": [{"id": person.id, "name": person.name} for person in one.lacking],
            }
            for one in report.required
        ],
        "sign_ins": {
            "since": to_iso(report.past.since),
            "until": to_iso(report.past.until),
            "is_whole": report.past.is_whole,
            "everyone": _of_sign_ins(report.everyone, report.names),
            "administrators": _of_sign_ins(report.administrators, report.names),
        },
    }


def _of_sign_ins(one: SignInReport, names: dict[str, str]) -> dict[str, Any]:
    return {
        "people_with_two_factors": _share(one.people),
        "people_with_passkeys": _share(one.phishing_resistant),
        "sign_ins_with_two_factors": _share(one.strong),
        "sign_ins_with_passkeys": _share(one.strongest),
        "weaker": [
            {"id": row.id, "at": to_iso(row.at), "person": row.person_id, "name": names.get(row.person_id, "")}
            | {"strength": row.strength, "factors": list(row.factors)}
            for row in one.weaker
        ],
        "silent": [{"id": person.id, "name": person.name} for person in one.silent],
    }


def _share(share: Share) -> dict[str, Any]:
    return {"numerator": share.numerator, "denominator": share.denominator}
