from __future__ import annotations

import pytest

from limen.devices.installing import INSTALLATIONS, NEVER_READ, READ, START, platform_of
from limen.devices.model import Platform
from limen_agent.cli import what_is_read
from limen_agent.cli.main import parser


def test_it_says_what_the_agent_says_of_itself() -> None:
    assert (READ, NEVER_READ) == (what_is_read.READ, what_is_read.NEVER_READ)


def test_every_system_has_a_page_and_every_command_is_the_agents() -> None:
    assert set(INSTALLATIONS) == set(Platform)
    commands = [command for one in INSTALLATIONS.values() for step in one.steps for command in step.commands]
    asked = [*commands, *(one.by_token for one in INSTALLATIONS.values() if one.by_token)]
    own = [
        one.rpartition("sudo limen-agent ")[2].partition(" && ")[0].format(address="https://a.example") for one in asked
    ]
    parsed = [parser().parse_args(one.split()).command for one in own if one.split()[0] in {"enrol", "run"}]
    assert sorted(set(parsed)) == ["enrol", "run"]


def test_whoever_pastes_the_command_with_a_token_has_the_service_run_too() -> None:
    assert INSTALLATIONS[Platform.LINUX].by_token.endswith(START[-1])
    assert INSTALLATIONS[Platform.LINUX].steps[-1].commands == START


@pytest.mark.parametrize(
    ("user_agent", "platform"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64)", Platform.LINUX),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14)", Platform.MACOS),
        ("Mozilla/5.0 (Windows NT 10.0; Win64)", Platform.WINDOWS),
        ("", Platform.LINUX),
    ],
)
def test_the_system_is_the_one_that_the_browser_names(user_agent: str, platform: Platform) -> None:
    assert platform_of(user_agent) is platform
