"""`limen factors`: who lacks a factor that is required, and how people really signed in during the last 30 days."""

from __future__ import annotations

import json
from pathlib import Path

from limen.cli.open_company import opened
from limen.cli.options import Folder, Json
from limen.cli.output import counted
from limen.clock import SystemClock
from limen.facts import RequiredFactors
from limen.identity.factor_report import FactorReport, Share, SignInReport, factor_report, to_json
from limen.identity.past_sign_ins import past_sign_ins
from limen.identity.required_factors_file import FACTORS, sentence
from limen.identity.store import people


def run(folder: Folder = Path(), *, as_json: Json = False) -> None:
    now = SystemClock().now()
    with opened(folder) as here:
        company = here.in_force_or_none()
        members = here.database.read(lambda snapshot: people.members(snapshot.connection))
        past = past_sign_ins(here.reader, now)
    required = company.parts.get(FACTORS) if company is not None else None
    report = factor_report(members, required or RequiredFactors(), past)
    print(json.dumps(to_json(report)) if as_json else _text(report))


def _text(report: FactorReport) -> str:
    lines = []
    for one in report.required:
        lines.append(f"{sentence(one.row)}: {_share(one.has_it, 'person has', 'people have')} it")
        lines += [f"  missing: {person.name} <{person.email}>" for person in one.lacking]
    if not report.required:
        lines.append(f"{FACTORS} requires no factor of anyone.")
    for title, of in (("Everyone", report.everyone), ("Administrators", report.administrators)):
        lines += _sign_ins(title, of, report.names)
    if not report.past.is_whole:
        lines.append("Reading took too long: older sign-ins are left out.")
    return "\n".join(lines)


def _sign_ins(title: str, of: SignInReport, names: dict[str, str]) -> list[str]:
    if not of.strong.denominator:
        return [f"{title}: no sign-ins in the last 30 days"]
    lines = [
        f"{title}, last 30 days:",
        f"  {_share(of.people, 'person', 'people')} always used two factors or a passkey",
        f"  {_share(of.phishing_resistant, 'person', 'people')} always used a passkey",
        f"  {_share(of.strong, 'sign-in', 'sign-ins')} used two factors or a passkey",
    ]
    weaker: dict[str, int] = {}
    for row in of.weaker:
        weaker[row.person_id] = weaker.get(row.person_id, 0) + 1
    by_name = sorted((names.get(person, person), count) for person, count in weaker.items())
    return lines + [f"  weaker: {name}, {counted(count, 'sign-in')}" for name, count in by_name]


def _share(share: Share, one: str, many: str) -> str:
    if not share.denominator:
        return f"no {one}"
    return f"{share.numerator} of {counted(share.denominator, one, many)}"
