"""`limen notice`: what is recorded, for how long and who can see it, as a template from the rules in force."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from limen.cli.open_company import opened
from limen.cli.options import LastFolder
from limen.errors import LimenError
from limen.identity.store import people
from limen.messages import Language
from limen.monitor.monitor_file import FILE
from limen.privacy.notice import Audience, as_markdown, notice
from limen.privacy.notice_facts import notice_facts


def run(
    audience: Annotated[str, typer.Argument(metavar="AUDIENCE", help="The audience: employees or works-council")],
    folder: LastFolder = Path(),
    *,
    language: Annotated[str, typer.Option(help="en or de (default: the company's first language)")] = "",
) -> None:
    if audience not in set(Audience):
        raise LimenError(f"there is no notice for {audience[:40]!r}", f"name one of {', '.join(Audience)}")
    if language and language not in set(Language):
        raise LimenError(f"Limen doesn't support the language {language[:40]!r}", f"name one of {', '.join(Language)}")
    with opened(folder) as here:
        company = here.in_force()
        everybody = here.database.read(lambda snapshot: people.everybody(snapshot.connection))
        spoken = Language(language or here.settings.languages[0])
        apps = [app.name for app in company.apps]
        now = notice_facts(here.settings, company.engine(), apps, everybody, company.parts.get(FILE))
    print(as_markdown(notice(Audience(audience), spoken, now)), end="")
