from __future__ import annotations

import pytest
from pydantic import ValidationError

from limen.monitor.settings import MonitorSettings


def test_nothing_listens_unless_it_is_wanted() -> None:
    settings = MonitorSettings()
    assert (settings.syslog_tls, settings.syslog_tcp, settings.syslog_udp) == ("", "", "")


@pytest.mark.parametrize("good", ["0.0.0.0:6514", "127.0.0.1:514", "[::]:6514", "[2001:db8::1]:514", ""])
def test_where_it_listens_is_an_address_and_a_port(good: str) -> None:
    assert MonitorSettings(syslog_tls=good).syslog_tls == good


@pytest.mark.parametrize("wrong", ["6514", "localhost:514", "0.0.0.0", "::1:514", "0.0.0.0:port"])
def test_what_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(ValidationError):
        MonitorSettings(syslog_tls=wrong)
