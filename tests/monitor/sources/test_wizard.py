"""What is to be pasted where. rsyslog, syslog-ng and curl are run by it in tests/interop."""

from __future__ import annotations

import pytest

from limen.monitor.monitor_rules import LogSource, Way
from limen.monitor.sources.wizard import TOKEN, Reached, lacks, recipes

REACHED = Reached("https://limen.harbor.example", "logs.harbor.example", {"tls": 6514})


@pytest.mark.parametrize("way", [Way.TLS, Way.HTTP, Way.UDP, Way.TCP])
def test_each_way_says_where_to_send(way: Way) -> None:
    found = recipes(LogSource("syslog", way), REACHED)
    assert found
    assert any("harbor.example" in one.text for one in found)
    assert all((TOKEN in one.text) is (way is Way.HTTP) for one in found)


def test_the_likeliest_product_comes_first() -> None:
    assert recipes(LogSource("fortigate", Way.TLS), REACHED)[0].product == "FortiGate"
    assert recipes(LogSource("syslog", Way.TLS), REACHED)[0].product == "rsyslog"
    assert recipes(LogSource("windows", Way.HTTP), REACHED)[0].product == "Fluent Bit"


def test_what_the_settings_lack_is_said() -> None:
    assert lacks(LogSource("syslog", Way.TLS), REACHED) == ""
    assert "syslog_udp" in lacks(LogSource("syslog", Way.UDP), REACHED)
    assert lacks(LogSource("json", Way.HTTP), REACHED) == ""
    assert recipes(LogSource("syslog_file", Way.AGENT), REACHED) == []


def test_a_source_of_json_is_told_what_it_must_name() -> None:
    def notes(*products: str) -> dict[str, bool]:
        found = recipes(LogSource("json", Way.HTTP, products=products), REACHED)
        return {one.product: "products: [" in one.note for one in found}

    assert notes()["Fluent Bit"]
    assert not notes()["curl"]
    assert not notes("windows")["Fluent Bit"]
