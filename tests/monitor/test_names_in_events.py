"""From a sender's line to an event that is kept with the ids of whom it names, through the process that watches."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.test_main import leave
from tests.monitor.houses import ada, harbor, send, sources_of, stored
from tests.monitor.normal_form.evtx_writer import event, evtx
from tests.web.conftest import Browser, House

from limen.monitor.knowing import Knowing

__all__ = ["ada", "harbor"]


async def test_who_is_named_is_known_and_who_is_not_is_nobody(harbor: House, ada: Browser) -> None:
    (person,) = harbor.limen.core.known.people.values()
    name, _, domain = person.email.partition("@")
    assert domain != harbor.limen.core.settings.domain
    await harbor.limen.core.offers.take(Knowing).look_again()
    token = await sources_of(harbor).add_token("app", "wren", by="server")
    names = (person.email, name, f"EVIL\\{name}", f"{name}@evil.example", "root")
    body = "\n".join(json.dumps({"user": one, "person_id": "p_forged"}) for one in names).encode()
    for _ in range(50):  # names are told beside what is sent
        assert (await send(harbor, token, body)).status_code == 200
        found = [one.get("person_id", "") for one in stored(harbor)][-len(names) :]
        if found[0]:
            break
    assert found == [person.id, person.id, "", "", ""]


async def test_a_log_of_windows_comes_in_and_again_it_is_the_same(
    harbor: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "Security.evtx"
    file.write_bytes(evtx([event(number, 4625, "Security", {"TargetUserName": "tom"}) for number in range(1, 6)]))
    assert leave("evtx", str(file)) == 0
    lines = capsys.readouterr().out.encode()
    token = await sources_of(harbor).add_token("imported", "wren", by="server")
    for _ in range(2):
        assert (await send(harbor, token, lines)).status_code == 200
    found = stored(harbor)
    assert {(one["user"], one["status_id"], one["service"]) for one in found} == {("tom", 2, "security")}
    assert (len(found), len({one["uid"] for one in found})) == (10, 5)
