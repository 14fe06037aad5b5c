from __future__ import annotations

import pytest
from tests.monitor.normal_form.frames import only

from limen.monitor.normal_form.reading import is_unreadable

LINE = '203.0.113.9 - {user} [27/Nov/2026:09:15:30 +0000] "{request}" {status} 12 "-" "{agent}"'


def test_quotes_in_what_a_client_sends_end_nothing() -> None:
    line = LINE.format(user="-", request='GET /a\\" 200 1 \\"-\\" HTTP/1.1', status=404, agent='x\\" 200 \\"y')
    found = only("nginx", line)
    assert (found.fields["sc-status"], found.status_id, found.user_agent) == (404, 2, 'x\\" 200 \\"y')


@pytest.mark.parametrize("line", ["", "x", "203.0.113.9 - - [", LINE.replace("203.0.113.9", "host.example")])
def test_what_is_no_request(line: str) -> None:
    assert is_unreadable(only("nginx", line + " "))


def test_by_syslog() -> None:
    line = LINE.format(user="jane", request="POST /x HTTP/1.1", status=200, agent="curl")
    found = only("syslog", f"<190>Nov 27 09:15:30 web nginx: {line}")
    assert (found.product, found.category, found.host, found.user, found.object) == (
        "nginx",
        "webserver",
        "web",
        "jane",
        "/x",
    )
