"""The people of Harbor, each with a browser and a way to prove who they are: they do what people do, over HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from limen.clock import SECOND, Instant
from limen.demo.browser import Browser, Page
from limen.demo.software_passkey import SoftwarePasskey

PASSWORD: Final = "the tide turns at Harbor twice a day"  # noqa: S105 -- an invented person's, on this machine only
STEP_SECONDS: Final = 30
_SEED: Final = re.compile(r"<code>([A-Z2-7 ]{16,})</code>")


@dataclass(frozen=True, slots=True)
class Colleague:
    """A line of `employees.yaml`. `factor` is "passkey" or "password_and_code"."""

    id: str
    name: str
    email: str
    title: str
    groups: tuple[str, ...]
    factor: str


def read_people(folder: Path) -> list[Colleague]:
    """Harbor's people. The file is the demo's own, so it is read without the care that a stranger's would need."""
    from ruamel.yaml import YAML  # noqa: PLC0415 -- heavy

    rows: list[dict[str, Any]] = YAML(typ="safe").load((folder / "employees.yaml").read_text("utf-8"))
    return [Colleague(**{**row, "groups": tuple(row["groups"])}) for row in rows]


class NotDoneError(Exception):
    """Something a person of the demo tried did not work; it says what came instead."""


@dataclass(slots=True)
class Employee:
    """A colleague at their browser. `now` tells the time that their authenticator app shows."""

    who: Colleague
    browser: Browser
    home: str
    now: Callable[[], Instant]
    passkey: SoftwarePasskey = field(init=False)
    seed: str = field(default="", repr=False)
    used_step: int = 0
    is_signed_in: bool = False

    def __post_init__(self) -> None:
        self.passkey = SoftwarePasskey(origin=self.home)

    async def enrol(self, link: str) -> None:
        """Follow a one-time link and become somebody who can sign in."""
        token = urlsplit(link).fragment
        arrived = await self.browser.open(f"{self.home}/enrol")
        page = await self.browser.submit(arrived, "/enrol", {"token": token})
        who = {"token": token, "name": self.who.name, "email": self.who.email}
        if self.who.factor == "passkey":
            asked = await self.browser.call(page, "/enrol/options", who)
            credential = self.passkey.create(_options(asked))
            await self._done(self.browser.call(page, "/enrol/passkey", {**who, "credential": credential}))
        else:
            offer = await self.browser.submit(page, "/enrol/code", who)
            self.seed = _seed_in(offer)
            sent = {**who, "ticket": offer.fields["ticket"], "password": PASSWORD, "code": self.code()}
            _signed_in(await self.browser.submit(offer, "/enrol/password", sent))
        self.is_signed_in = True

    async def sign_in(self, *, with_code: bool = True) -> None:
        page = await self.browser.open(f"{self.home}/sign-in")
        if self.who.factor == "passkey":
            asked = await self.browser.call(page, "/sign-in/options", {})
            credential = self.passkey.get(_options(asked))
            await self._done(self.browser.call(page, "/sign-in/passkey", {"to": "/", "credential": credential}))
        else:
            code = {"code": self.code()} if with_code else {}
            _signed_in(
                await self.browser.submit(
                    page, "/sign-in", {"email": self.who.email, "password": PASSWORD, "to": "/", **code}
                )
            )
        self.is_signed_in = True

    async def prove_again(self, step_up: str) -> None:
        """Do what the step-up page at this address asks for. Raises NotDoneError where this person can't."""
        page = await self.browser.open(step_up)
        asked_for = {name: values[0] for name, values in parse_qs(urlsplit(step_up).query).items()}
        if self.who.factor != "passkey":
            raise NotDoneError(f"{self.who.name} has no passkey")
        asked = await self.browser.call(page, "/step-up/options", {})
        credential = self.passkey.get(_options(asked))
        sent = {"app": asked_for.get("app", ""), "to": asked_for.get("to", "/"), "credential": credential}
        await self._done(self.browser.call(page, "/step-up/passkey", sent))

    async def sign_out(self) -> None:
        page = await self.browser.open(f"{self.home}/")
        await self.browser.submit(page, "/sign-out", {})
        self.is_signed_in = False

    def code(self) -> str:
        """What the authenticator app shows. A step that was used already is not used again: the next one is near."""
        import pyotp  # noqa: PLC0415 -- only the demo's two people without a passkey need it

        step = max(self.now() // (STEP_SECONDS * SECOND), self.used_step + 1)
        self.used_step = step
        return pyotp.TOTP(self.seed).at(step * STEP_SECONDS)

    @staticmethod
    async def _done(answering: Any) -> None:
        answered = await answering
        if "location" not in answered:
            raise NotDoneError(f"{answered.get('what')}: {answered.get('fix')}")


def _options(answered: dict[str, Any]) -> dict[str, Any]:
    options = answered.get("options")
    if not isinstance(options, dict):
        raise NotDoneError(f"{answered.get('what')}: {answered.get('fix')}")
    return options


def _seed_in(page: Page) -> str:
    found = _SEED.search(page.text)
    if found is None:
        raise NotDoneError(f"no seed for an authenticator app at {urlsplit(page.url).path}")
    return found[1].replace(" ", "")


def _signed_in(page: Page) -> None:
    if not any(urlsplit(hop).path == "/onward" for hop in page.hops):
        raise NotDoneError(f"signing in ended at {urlsplit(page.url).path} with {page.status}")
