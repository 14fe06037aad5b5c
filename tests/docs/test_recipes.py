"""What a page gives to paste into `apps.yaml` is accepted there, and each recipe says what it rests on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.sso.saml.certificates import key_pair

from limen.company.apps_file import read_apps
from limen.company.company import Company
from limen.company.load import load_company
from limen.company.yaml_text import read_yaml
from limen.configuration.tree import Tree
from limen.facts import App
from limen.sso.oidc.metadata import configuration

HERE = Path(__file__).resolve().parents[2]
HOW_TO = HERE / "docs" / "how-to"
RECIPES = sorted([*HOW_TO.glob("sign-in-*.md"), *HOW_TO.glob("apache-mod-*.md")])
IN_GENERAL = frozenset({"sign-in-with-openid-connect.md", "sign-in-with-saml.md"})
"""They are about a protocol, and no one app's."""
LIMEN = "https://limen.YOUR.DOMAIN"
ASKED = re.compile(rf"(?:{LIMEN}|@limen\.YOUR\.DOMAIN)(/[\w./-]*)?")
ENTRY = re.compile(r"^```yaml\n(- id: .*?)^```$", re.MULTILINE | re.DOTALL)
RUN_BY = re.compile(r"run by the tests \(`(tests/interop/test_\w+\.py)`\)")
LOOKED_UP = re.compile(r"looked up on \d+ \w+ \d{4}\),? and were \*\*not\*\* tried")


@pytest.fixture(scope="module")
def company() -> Company:
    return load_company(HERE / "examples" / "harbor")


def entries(page: Path) -> list[str]:
    return ENTRY.findall(page.read_text("utf-8"))


def apps_of(entry: str, company: Company) -> tuple[App, ...]:
    """As the folder of the example company would have them, whose groups a page may name."""
    domain = company.settings.domain
    text = entry.replace("YOUR.DOMAIN", domain).replace("harbor.example", domain)
    text = text.replace("THE-CERTIFICATE", key_pair("recipe").bare)
    apps, problems = read_apps(Tree(read_yaml(text)), company.settings, company.settings.groups)
    assert problems == []
    return apps


@pytest.mark.parametrize("page", sorted(HOW_TO.glob("*.md")), ids=lambda page: page.stem)
def test_each_entry_is_accepted(page: Path, company: Company) -> None:
    for entry in entries(page):
        assert apps_of(entry, company)


@pytest.mark.parametrize("page", RECIPES, ids=lambda page: page.stem)
def test_a_recipe_has_one_entry_and_says_what_it_rests_on(page: Path, company: Company) -> None:
    (entry,) = entries(page)
    app, *_ = apps_of(entry, company)
    text = page.read_text("utf-8")
    assert app.oidc is None or app.oidc.is_public or f"limen client-secret {app.id}" in text
    if page.name in IN_GENERAL:
        return
    head = " ".join(text.partition("```")[0].split())
    by, looked_up = RUN_BY.search(head), LOOKED_UP.search(head)
    assert bool(by) != bool(looked_up), "say at the top which test runs it, or when it was looked up"
    assert by is None or page.stem in (HERE / by[1]).read_text("utf-8") + _single_sign_on()


@pytest.mark.parametrize("page", [*RECIPES, HOW_TO / "microsoft-365.md"], ids=lambda page: page.stem)
def test_a_recipe_says_how_to_try_it_and_what_is_left_when_limen_is_down(page: Path) -> None:
    """Whoever makes Limen the one way into an app has to know both beforehand."""
    text = page.read_text("utf-8")
    for heading in ("## Before you enforce it", "## A way in when Limen is down"):
        assert len(text.partition(f"{heading}\n")[2].partition("\n## ")[0].split()) > 15, heading


@pytest.mark.parametrize("page", RECIPES, ids=lambda page: page.stem)
def test_a_recipe_names_addresses_that_limen_has(page: Path) -> None:
    has = {one for one in configuration(LIMEN).values() if isinstance(one, str)}
    has |= {f"{LIMEN}/.well-known/openid-configuration", f"{LIMEN}/oidc/"}
    has |= {f"{LIMEN}/saml/{path}" for path in ("metadata", "sign-in", "sign-out")} | {f"{LIMEN}/passkeys"}
    named = {LIMEN + path for path in ASKED.findall(page.read_text("utf-8"))}
    assert named <= has


def _single_sign_on() -> str:
    return (HERE / "tests" / "interop" / "single_sign_on.py").read_text("utf-8")
