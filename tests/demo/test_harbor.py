"""Harbor's folder, and its copy on free ports."""

from __future__ import annotations

import socket
from pathlib import Path
from urllib.parse import urlsplit

from limen.company.load import check_folder, load_settings
from limen.demo import harbor
from limen.demo.employees import read_people


def test_harbor_is_sound_and_its_tests_hold() -> None:
    checked = check_folder(harbor.folder())
    assert checked.problems == ()
    assert checked.tests_run >= 25


def test_harbor_has_24_people_in_groups_that_exist_and_8_apps() -> None:
    groups = load_settings(harbor.folder()).groups
    people = read_people(harbor.folder())
    assert len(people) == 24
    assert len({one.email for one in people}) == 24
    assert all(set(one.groups) <= set(groups) for one in people)
    checked = check_folder(harbor.folder())
    assert checked.company is not None
    assert len(checked.company.apps) == 8
    assert [app.id for app in checked.company.apps if app.url] == ["expenses", "accounting"]


def test_everybody_who_does_something_in_the_day_works_there() -> None:
    people = {one.id for one in read_people(harbor.folder())} | {"nobody"}
    assert {step.who for step in harbor.read_day(harbor.folder())} <= people


def test_a_copy_is_sound_and_listens_elsewhere(tmp_path: Path) -> None:
    harbor.copy_to(tmp_path, prefer_usual_ports=False)
    checked = check_folder(tmp_path)
    assert checked.problems == ()
    assert checked.company is not None
    ports = {urlsplit(app.url or app.upstream.url).port for app in checked.company.apps}
    assert len(ports) == 8
    assert ports.isdisjoint(harbor.UPSTREAM_PORTS)
    assert not checked.company.settings.public_url.endswith(":8080")


def test_a_usual_port_that_is_taken_is_left_to_its_owner(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", harbor.PORT))
            taken.listen()
        except OSError:
            pass  # then somebody else has it, which is what this is about
        harbor.copy_to(tmp_path, prefer_usual_ports=True)
    settings = load_settings(tmp_path)
    assert not settings.listen.address.endswith(f":{harbor.PORT}")
    assert settings.public_url.rpartition(":")[2] == settings.listen.address.rpartition(":")[2]
