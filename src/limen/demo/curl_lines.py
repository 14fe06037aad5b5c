"""The demo for people without a browser: lines for `curl` that work as they stand while the demo runs."""

from __future__ import annotations

from dataclasses import dataclass

from limen.demo.running_company import RunningCompany

APP, OTHER_APP = "wiki", "warehouse"


@dataclass(frozen=True, slots=True)
class Line:
    """A command, and what it shows. `status` is what Limen answers with while nobody has changed a fact."""

    command: str
    shows: str
    status: int


async def curl_lines(company: RunningCompany) -> tuple[Line, ...]:
    """Lines with a token of their own: it is Ewa's, for the wiki, to view, for as long as a demo lives."""
    person = company.person_of("ewa")
    mine = [one for one in company.limen.known.sessions.values() if one.person_id == person.id and not one.app]
    session = max(mine, key=lambda one: (one.auth.at, one.auth.strength))
    issued = await company.limen.identity.tokens.make(
        session, 1, app=APP, actions=["view"], days=90, name="curl in the demo"
    )
    bearer = f"-H 'Authorization: Bearer {issued.secret}'"
    return (
        Line(f"curl -i {company.url(APP, '/plans/winter')}", "Nobody is signed in: refused, with how to sign in.", 401),
        Line(
            f"curl -i {bearer} {company.url(APP, '/plans/winter')}",
            "Ewa's token for the wiki: the page, and the app knows whose token it is.",
            200,
        ),
        Line(
            f"curl -i -X POST {bearer} {company.url(APP, '/plans/winter')}",
            "The same token only allows viewing.",
            403,
        ),
        Line(
            f"curl -i {bearer} {company.url(OTHER_APP, '/dock/3')}",
            "The same token doesn't work for another app.",
            403,
        ),
    )
