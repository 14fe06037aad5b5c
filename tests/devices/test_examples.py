"""The examples of every message, which the agent's tests read as well: Limen takes and gives what they show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.devices.laptops import Ida, devices_of
from tests.devices.software_agent import SoftwareAgent
from tests.devices.software_tpm import Authority, SoftwareTpm
from tests.web.conftest import House

from limen.clock import SECOND
from limen.devices.model import Platform
from limen.devices.reading import report_of
from limen.devices.tpm.makers import Makers
from limen.devices.tpm.proof import judge
from limen.facts import CHECKS

EXAMPLES = {path.stem: json.loads(path.read_text()) for path in sorted((Path(__file__).parent / "wire").glob("*.json"))}
REPORTS = [name for name, one in EXAMPLES.items() if one.get("request") == "POST /agent/report"]
ENROLMENTS = [name for name, one in EXAMPLES.items() if one.get("request") == "POST /agent/enrol"]


@pytest.mark.parametrize("name", REPORTS)
def test_each_report_is_read(name: str) -> None:
    claims = EXAMPLES[name]["claims"]
    report = report_of(claims)
    assert (report.seq, report.platform) == (claims["seq"], Platform(claims["platform"]))
    assert set(report.checks) == {one["id"] for one in claims["checks"]} & set(CHECKS)


@pytest.mark.parametrize("name", ENROLMENTS)
async def test_each_enrolment_is_taken_and_answered_as_shown(harbor: House, agent: SoftwareAgent, name: str) -> None:
    claims = {key: value for key, value in EXAMPLES[name]["claims"].items() if key not in {"aud", "iat", "nonce"}}
    shown = keys("enrol-waiting") | keys("enrol-approved")
    if "tpm" in claims:
        claims["tpm"] = SoftwareTpm(Authority(), key=agent.key.private_key).said()
        shown |= keys("enrol-approved-with-tpm")
    answer = await agent.begin(**claims)
    assert (answer.status_code, set(answer.json())) == (200, shown)


def test_the_proof_of_a_tpm_is_read() -> None:
    """It was made by a real one, swtpm."""
    example = EXAMPLES["enrol-with-tpm"]
    claim = judge(example["claims"]["tpm"], example["header"]["jwk"], Makers(), example["claims"]["iat"] * SECOND)
    assert (len(claim.expected), claim.maker, bool(claim.doubt)) == (32, "", True)


async def test_answers_have_the_keys_that_are_shown(harbor: House, ida: Ida, laptop: SoftwareAgent) -> None:
    answer = (await laptop.report(firewall={"enabled": False})).json()
    assert set(answer) == keys("report-answered-fail")
    shown = {key for one in EXAMPLES["report-answered-fail"]["body"]["checks"] for key in one}
    assert {key for one in answer["checks"] for key in one} == shown
    one_more = SoftwareAgent(laptop.client, laptop.now)
    begun = await one_more.begin(await devices_of(harbor).token(ida.id, by="server"))
    assert set((await one_more.finish(begun.json()["enrolment"])).json()) == keys("finish-enrolled")


def keys(name: str) -> set[str]:
    body: dict[str, Any] = EXAMPLES[name]["body"]
    return set(body)
