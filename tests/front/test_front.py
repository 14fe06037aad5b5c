"""A real Caddy, watched over: told of new hosts, keeping its last good configuration; its whole life is in interop."""

from __future__ import annotations

import json

import pytest
from tests.front.test_certificate import write
from tests.interop.fronts import program
from tests.ports import free_port
from tests.waiting import until

from limen.clock import SystemClock
from limen.errors import LimenError
from limen.front import admin, front as fronts
from limen.front.front import Front, hosts_last_served
from limen.front.places import open_places
from limen.settings import Settings


async def test_a_new_host_is_loaded_and_a_refused_configuration_changes_nothing(tmp_path, monkeypatch) -> None:
    program("caddy")
    monkeypatch.setattr(fronts, "LOOK_SECONDS", 60)
    https = {"mode": "internal", "listen": ["127.0.0.1"], "port": free_port(), "http_port": 0}
    settings = Settings.model_validate({"name": "Harbor", "domain": "harbor.localhost", "https": https})
    places, hosts = open_places(tmp_path), {"wiki.harbor.localhost"}
    front = Front(settings, tmp_path, places, lambda: hosts, SystemClock())
    try:
        status = await front.start()
        assert status.is_watched_here
        assert 0 < await admin.goroutines(places.admin_socket) < 1_000
        hosts.add("git.harbor.localhost")
        await front._tell_changes()
        assert hosts_last_served(places) == {*hosts, "limen.harbor.localhost"}

        second = Front(settings, tmp_path, places, lambda: hosts, SystemClock())
        assert not (await second.start()).is_watched_here
        await second.close()
        assert await admin.is_answering(places.admin_socket)

        config = json.loads(places.config.read_text())
        config["apps"]["nothing"] = {}
        with pytest.raises(LimenError, match="rejected its new configuration"):
            await admin.load(places.admin_socket, config)
        assert await admin.is_answering(places.admin_socket)
    finally:
        await front.close()
    assert not await admin.is_answering(places.admin_socket)


def test_without_a_configuration_no_host_was_served(tmp_path) -> None:
    assert hosts_last_served(open_places(tmp_path)) == frozenset()


async def test_an_authority_that_is_down_is_said_and_the_front_stands(tmp_path, caplog) -> None:
    program("caddy")
    server = f"https://127.0.0.1:{free_port()}/directory"
    https = {"mode": "acme", "acme_server": server, "listen": ["127.0.0.1"], "port": free_port(), "http_port": 0}
    settings = Settings.model_validate({"name": "Harbor", "domain": "harbor.example", "https": https})
    places = open_places(tmp_path)
    front = Front(settings, tmp_path, places, list, SystemClock())
    try:
        await front.start()
        await until(lambda: "no certificate for limen.harbor.example yet" in caplog.text)
        assert "retrying at increasing intervals" in caplog.text
        assert await admin.is_answering(places.admin_socket)
    finally:
        await front.close()


async def test_own_files_are_taken_up_anew_and_wrong_ones_are_not(tmp_path, caplog) -> None:
    program("caddy")
    certificate, key = write(tmp_path)
    https = {"mode": "files", "certificate": str(certificate), "key": str(key), "listen": ["127.0.0.1"]}
    settings = Settings.model_validate(
        {"name": "Harbor", "domain": "h.eu", "https": {**https, "port": free_port(), "http_port": 0}}
    )
    places = open_places(tmp_path)
    front = Front(settings, tmp_path, places, list, SystemClock())
    try:
        await front.start()
        write(tmp_path)
        await front._tell_changes()
        good = places.certificate.read_bytes()
        assert good == certificate.read_bytes()
        key.write_text("half")
        with pytest.raises(LimenError, match="no private key"):
            await front._tell_changes()
        assert places.certificate.read_bytes() == good
    finally:
        await front.close()
    again = Front(settings, tmp_path, places, list, SystemClock())
    again._take_pair(is_start=True)
    assert "keeps using the last good copy" in caplog.text
