"""`limen outage-page`: the page for another front to show while Limen is down."""

from __future__ import annotations

from pathlib import Path

from limen.cli.options import Folder
from limen.company.load import load_settings
from limen.front.outage import outage_page


def run(
    folder: Folder = Path(),
) -> None:
    settings = load_settings(folder)
    print(outage_page(settings.name, settings.help.contact), end="")
