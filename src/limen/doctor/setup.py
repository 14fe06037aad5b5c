"""What is examined: the settings, the apps, and the world around them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import urlsplit

from limen.company.apps_file import read_apps
from limen.company.child import parse_texts
from limen.company.folder import APPS, SETTINGS, read_folder
from limen.company.places import data_folder, database_of, journal_folder
from limen.company.settings_file import read_settings
from limen.configuration.tree import Tree
from limen.doctor.environment import Environment, Process
from limen.doctor.upstream_probe import Reached, reach_all
from limen.errors import LimenError
from limen.facts import App
from limen.front.places import Places
from limen.settings import Settings
from limen.storage import Snapshot
from limen.storage.backend import Backend

T = TypeVar("T")
MOST_HOSTS: Final = 500


@dataclass(slots=True)
class Setup:
    """A company's set-up. `limen` is the process that runs over it, None where none does, as far as that is seen.

    `own_pid` is this process where it is the running Limen itself; `strangers` are addresses that sent X-Forwarded-*
    without being trusted, as far as a running Limen saw them.
    """

    root: Path
    settings: Settings
    apps: tuple[App, ...]
    outside: Environment
    own_pid: int | None = None
    strangers: tuple[str, ...] = ()
    _reaching: asyncio.Task[Mapping[str, Reached]] | None = field(default=None, init=False)

    @property
    def limen(self) -> Process | None:
        if self.own_pid is not None:
            return Process(self.own_pid, "limen")
        return self.outside.journal_holder(journal_folder(self.root, self.settings))

    @property
    def front(self) -> Process | None:
        """The process that watches over Limen's own front; None where none does, as far as that is seen."""
        return self.outside.front_holder(Places(self.data.resolve() / "front").lock)

    @property
    def data(self) -> Path:
        return data_folder(self.root, self.settings)

    @property
    def database(self) -> Backend:
        """Raises DatabaseUnfitError where its URL leads nowhere."""
        return database_of(self.root, self.settings, environ=self.outside.environ)

    def kept(self, read: Callable[[Snapshot], T], none_yet: T) -> T | None:
        """What the database says, `none_yet` where there is no database yet; None where it can't be read: why is said
        by the examination of the database.
        """
        try:
            if not self.database.is_there():
                return none_yet
            engine = self.database.readers()
            try:
                with engine.connect() as connection:
                    return read(Snapshot(connection))
            finally:
                engine.dispose()
        except Exception:  # noqa: BLE001 -- another examination says what is wrong with it
            return None

    @property
    def sign_in_host(self) -> str:
        return urlsplit(self.settings.public_url).hostname or ""

    @property
    def is_https(self) -> bool:
        return self.settings.public_url.startswith("https:")

    @property
    def has_own_https(self) -> bool:
        """Whether Limen brings its own front, which it trusts by itself."""
        return self.settings.https.is_on

    @property
    def port(self) -> int:
        """Where browsers reach the sign-in host and every app's host."""
        return urlsplit(self.settings.public_url).port or (443 if self.is_https else 80)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The sign-in host first, then each app's; at most 500."""
        return tuple(dict.fromkeys([self.sign_in_host, *(app.host for app in self.apps if app.host)]))[:MOST_HOSTS]

    async def reached(self) -> Mapping[str, Reached]:
        """Each app's upstream, asked once for all examinations that want to know."""
        if self._reaching is None:
            self._reaching = asyncio.create_task(reach_all(self.apps, self.settings.public_url, self.outside))
        return await asyncio.shield(self._reaching)

    def close(self) -> None:
        if self._reaching is not None:
            self._reaching.cancel()


def setup_in(root: Path, outside: Environment) -> Setup:
    """The set-up that a folder describes, as far as it can be read. Raises LimenError where its settings can't."""
    folder = read_folder(root)
    wanted = {name: text for name, text in folder.texts.items() if name in {SETTINGS, APPS}}
    files, found = parse_texts(wanted) if wanted else ({}, [])
    written = files.get(SETTINGS, {}).get("tree")
    settings, problems = read_settings(Tree(written)) if written is not None else (None, [])
    wrong = [one for one in (*folder.problems, *found, *problems) if one.file in {SETTINGS, str(root)}]
    if settings is None or wrong:
        what = str(wrong[0]) if wrong else f"there are no settings in {root}"
        raise LimenError(f"the settings can't be read: {what}", "fix them; `limen check` lists all problems")
    apps_written = files.get(APPS, {}).get("tree")
    apps = read_apps(Tree(apps_written), settings, set(settings.groups))[0] if apps_written is not None else ()
    return Setup(root, settings, apps, outside)
