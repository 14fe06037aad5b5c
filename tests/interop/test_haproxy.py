"""Two real nodes behind a real HAProxy, with the config of docs/how-to: one is lost, and nobody notices for long."""

from __future__ import annotations

import http.client
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from tests.nodes.fleet import HOST, NodeProcess, fleet, until
from tests.nodes.haproxy import haproxy
from tests.nodes.serving_node import token_of
from tests.postgresql import Cluster

pytestmark = pytest.mark.slow
LONGEST_REFUSAL_SECONDS = 5.0


def asked(port: int, who: str, **headers: str) -> int:
    """The status of a request over TLS; 0 where nobody answered."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=5, context=context)
    try:
        cookie = f"__Host-limen-app={token_of(who)}"
        connection.request("GET", "/page", headers={"Host": HOST, "Cookie": cookie, **headers})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


@contextmanager
def behind(postgresql: Cluster) -> Iterator[tuple[NodeProcess, NodeProcess, int]]:
    with (
        TemporaryDirectory(prefix="nodes-") as folder,
        fleet(Path(folder), postgresql) as nodes,
        haproxy(Path(folder), HOST, nodes["a"].port, nodes["b"].port) as port,
    ):
        yield nodes["a"], nodes["b"], port


def test_two_nodes_behind_haproxy(postgresql: Cluster) -> None:
    with behind(postgresql) as (a, b, port):
        a.asks("sign_in", names=["ada", "bob"])
        until(lambda: [asked(port, "ada") for _ in range(4)] == [200] * 4)

        # Both are asked, and both know at once who was revoked.
        before = [figure(node) for node in (a, b)]
        assert [asked(port, "ada") for _ in range(10)] == [200] * 10
        assert all(figure(node) > seen for node, seen in zip((a, b), before, strict=True))
        b.asks("revoke", name="bob")
        assert 200 not in [asked(port, "bob") for _ in range(6)]

        # The address is HAProxy's word: what a client says of itself is not believed.
        event = newest_address(a, b, lambda: asked(port, "ada", **{"X-Forwarded-For": "203.0.113.7"}))
        assert event == "127.0.0.1"

        # One is killed under load.
        answers = []
        is_over = threading.Event()

        def ask() -> None:
            while not is_over.wait(0.01):
                answers.append((time.monotonic(), asked(port, "ada")))

        threads = [threading.Thread(target=ask) for _ in range(2)]
        for thread in threads:
            thread.start()
        time.sleep(1)
        b.kill()
        time.sleep(6)
        is_over.set()
        for thread in threads:
            thread.join()
        refused = [at for at, status in answers if status != 200]
        assert {status for _, status in answers} <= {200, 0, 502, 503, 504}
        assert not refused or max(refused) - min(refused) < LONGEST_REFUSAL_SECONDS
        assert [asked(port, "ada") for _ in range(6)] == [200] * 6

        # It comes back and is asked again; the other is cut off from the database and is not.
        b.start()
        until(lambda: figure_rises(b, lambda: asked(port, "ada")))
        a.wire.cut()
        until(lambda: a.asked("ada") == 503)
        until(lambda: [asked(port, "ada") for _ in range(6)] == [200] * 6)
        a.wire.mend()
        until(lambda: a.asked("ada") == 200)


def figure(node: NodeProcess) -> int:
    """How many requests this node has decided at its gateway."""
    return int(node.asks("decided")["requests"])


def figure_rises(node: NodeProcess, ask: Callable[[], int]) -> bool:
    before = figure(node)
    for _ in range(6):
        ask()
    return figure(node) > before


def newest_address(a: NodeProcess, b: NodeProcess, ask: Callable[[], int]) -> str:
    ask()
    found = [node.asks("address", app="wiki") for node in (a, b)]
    return str(max(found, key=lambda one: one["at"])["address"])
