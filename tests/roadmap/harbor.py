"""Harbor's folder as a company in force, with the apps that a test wants."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from limen.company.company import Company
from limen.company.load import load_company
from limen.facts import App, Issuer, Label, Upstream
from limen.monitor.monitor_file import FILE as MONITOR
from limen.monitor.monitor_rules import LogSource, MonitorRules
from limen.sso.upstream.sign_in_file import SIGN_IN_FILE, SignInFile

FOLDER = Path(__file__).parents[2] / "examples" / "harbor"


@cache
def harbor() -> Company:
    return load_company(FOLDER)


def company_of(*apps: App) -> Company:
    """Harbor with these apps alone, and Limen itself."""
    return replace(harbor(), apps=apps)


def federated(company: Company, *urls: str) -> Company:
    """The company, which trusts issuers at these addresses and no other."""
    issuers = tuple(Issuer(f"issuer-{number}", "Issuer", url, "limen") for number, url in enumerate(urls))
    return replace(company, parts={**company.parts, SIGN_IN_FILE.name: SignInFile(issuers)})


def logging(company: Company, **sources: LogSource) -> Company:
    """The company, to which these sources of logs are connected and no other."""
    return replace(company, parts={**company.parts, MONITOR: MonitorRules(sources=sources)})


def app(name: str, label: Label = Label.INTERNAL, upstream: str = "http://192.0.2.20:8080") -> App:
    return App(name, name.title(), f"{name}.harbor.example", Upstream(upstream), label, "staff")
