"""What a check costs, next to nginx answering a constant, in one run on one machine.

    python bench/check.py [--json] [--rounds N] [--seconds N]

The check server decides every request (100 policies, 500 sessions, 50 apps, journal on); nginx answers `return 200`.
Both get the same requests from wrk, with a different cookie each time. Measured is the CPU time, user and system, of
the whole process tree per request, from /proc, as the median of interleaved rounds: other work on the machine hits
every row alike. `ratio_check` is check over nginx; `ratio_auth_request` is nginx asking check over nginx asking nginx.

A real peer is asked by nginx the same way: LemonLDAP::NG's handler, one session, each rule *accept* (`lemonldap.py`).
Of both only what decides is counted, without nginx: `ratio_lemonldap` is check over its handler.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import lemonldap

APPS, PEOPLE, GROUPS, POLICIES = 50, 500, 10, 100
TICKS = os.sysconf("SC_CLK_TCK")
CONNECTIONS = 64
HOST = "a{}.harbor.example"


def token_of(number: int) -> str:
    return sha256(f"session {number}".encode()).hexdigest()[:43]


# The check server, in a process of its own


def policies() -> str:
    """What a small company writes: a few rules for everything, the rest for one app or label each."""
    text = [
        """
        @id("staff") permit (principal in Group::"staff", action == Action::"view", resource)
        when { resource.sensitivity <= 1 && context.auth.strength >= 2 };
        @id("restricted") forbid (principal, action, resource) when { resource.sensitivity >= 3 }
        unless { context.auth.strength >= 3 };
        @id("admin") forbid (principal, action == Action::"administer", resource)
        unless { principal in Group::"g0" && context.auth.strength >= 3 };
        @id("home") permit (principal in Group::"staff", action == Action::"sign_in", resource);
        @id("night") forbid (principal, action == Action::"download", resource)
        when { resource.sensitivity >= 2 && context.time.minute < 300 };
    """
    ]
    for number in range(5, POLICIES):
        app, group = number % APPS, number % GROUPS
        if number % 10 == 9:
            text.append(
                f'@id("p{number}") forbid (principal, action == Action::"edit", resource == App::"a{app}")'
                ' unless { context.auth.strength >= 3 || context.place.network == "office" };'
            )
        else:
            action = ("view", "edit")[number % 2]
            text.append(
                f'@id("p{number}") permit (principal in Group::"g{group}", action == Action::"{action}",'
                f' resource == App::"a{app}") when {{ context.auth.strength >= 2 }};'
            )
    return "\n".join(text)


async def serve(listen: str, *, asserting: bool, folder: Path) -> None:
    """Run the check server as `limen serve` does, with a company of its own."""
    from zoneinfo import ZoneInfo

    from limen.cedar import PolicySet
    from limen.clock import HOUR, SystemClock
    from limen.enforcement.assertion import Assertions, SigningKeys, new_signing_key
    from limen.enforcement.check import CheckServer
    from limen.enforcement.decision_point import DecisionPoint
    from limen.facts import ActionRule, App, Auth, Factor, FactStore, Group, Label, Person, Session, Upstream
    from limen.policy import Engine
    from limen.serving import spare_the_collector
    from limen.storage.journal.journal import Journal

    clock = SystemClock()
    now = clock.now()
    known = FactStore(lease_until=float("inf"))
    rules = (
        ActionRule("view", frozenset({"GET"}), "/**"),
        ActionRule("edit", frozenset({"POST", "PUT", "DELETE"}), "/**"),
        ActionRule("administer", frozenset(), "/admin/**"),
    )
    known.set_company(
        [
            App(f"a{n}", f"App {n}", HOST.format(n), Upstream("http://127.0.0.1:9"), Label(n % 2), "staff", rules=rules)
            for n in range(APPS)
        ],
        [Group("staff"), *(Group(f"g{n}") for n in range(GROUPS))],
    )
    for n in range(PEOPLE):
        groups = frozenset({"staff", f"g{n % GROUPS}"})
        known.people.put(Person(f"p{n}", f"Person {n}", f"p{n}@harbor.example", groups, active=True))
        auth = Auth(3, frozenset({Factor.PASSKEY}), now)
        root = Session(f"r{n}", f"p{n}", auth, now, now + 12 * HOUR, 12 * HOUR)
        known.sessions.put(sha256(f"root {n}".encode()).digest(), root)
        session = Session(f"s{n}", f"p{n}", auth, now, now + 12 * HOUR, 12 * HOUR, app=f"a{n % APPS}", parent=f"r{n}")
        known.sessions.put(sha256(token_of(n).encode()).digest(), session)

    bodies = PolicySet.parse(policies()).to_json()["staticPolicies"].values()
    tree = {"templates": {}, "templateLinks": [], "staticPolicies": {b["annotations"]["id"]: b for b in bodies}}
    engine = Engine(tree, "bench", ZoneInfo("Europe/Berlin"))
    engine.prepare()
    with contextlib.closing(Journal.open(folder, (b"k" * 32,), clock=clock)) as journal:
        keys = SigningKeys((new_signing_key(),), b"p" * 32) if asserting else None
        server = CheckServer(
            doors=DecisionPoint(known=known, engine=lambda: engine, journal=journal, clock=clock),
            identity=Assertions(public_url="https://limen.harbor.example", clock=clock, keys=keys, pairwise=b"p" * 32),
            public_url="https://limen.harbor.example",
        )
        await server.start(listen)
        spare_the_collector()
        print(server.port, flush=True)
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        await stop.wait()
        await server.close()


# The fronts and the load

NGINX = """
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 1000000000;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  proxy_http_version 1.1; proxy_set_header Connection "";
  {inside}
}}
"""
CONSTANT = "server {{ listen 127.0.0.1:{port}; location / {{ return 200; }} }}"
ASKING = """
  upstream app {{ server 127.0.0.1:{app}; keepalive 64; keepalive_requests 1000000000; }}
  upstream check {{ server 127.0.0.1:{asked}; keepalive 64; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      auth_request /_limen_check;
      auth_request_set $limen_user $upstream_http_x_limen_user;
      auth_request_set $limen_email $upstream_http_x_limen_email;
      auth_request_set $limen_name $upstream_http_x_limen_name;
      auth_request_set $limen_groups $upstream_http_x_limen_groups;
      auth_request_set $limen_session $upstream_http_x_limen_session;
      proxy_set_header X-Limen-User $limen_user;
      proxy_set_header X-Limen-Email $limen_email;
      proxy_set_header X-Limen-Name $limen_name;
      proxy_set_header X-Limen-Groups $limen_groups;
      proxy_set_header X-Limen-Session $limen_session;
      proxy_set_header Connection "";
      proxy_pass http://app;
    }}
    location = /_limen_check {{
      internal;
      proxy_pass http://check/check;
      proxy_pass_request_headers off; proxy_pass_request_body off;
      proxy_set_header Content-Length ""; proxy_set_header Connection "";
      proxy_set_header X-Forwarded-Method $request_method; proxy_set_header X-Forwarded-Host $host;
      proxy_set_header X-Forwarded-Uri $request_uri; proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header Cookie $http_cookie; proxy_set_header Sec-Fetch-Mode $http_sec_fetch_mode;
    }}
  }}
"""
LUA = """
local requests, at, cookies = {}, 0, {}
function init(args)
  for line in io.lines(args[1]) do
    local host, cookie = line:match("(%S+) (%S+)")
    local headers = {
      ["Host"] = host, ["X-Forwarded-Method"] = "GET", ["X-Forwarded-Host"] = host,
      ["X-Forwarded-Uri"] = "/run/2026-11?page=2", ["X-Forwarded-For"] = "203.0.113.7",
      ["Cookie"] = cookie, ["Sec-Fetch-Mode"] = "cors",
    }
    requests[#requests + 1] = wrk.format("GET", args[2], headers)
  end
  at = math.random(#requests)
end
function request() at = at % #requests + 1; return requests[at] end
local bad = 0
function response(status) if status ~= 200 then bad = bad + 1 end end
function done(summary) if summary.errors.status > 0 then print("refused " .. summary.errors.status) end end
"""


@contextlib.contextmanager
def nginx(folder: Path, name: str, inside: str) -> Iterator[subprocess.Popen[bytes]]:
    home = folder / name
    home.mkdir()
    (home / "nginx.conf").write_text(NGINX.format(folder=home, inside=inside))
    process = subprocess.Popen(["nginx", "-p", str(home), "-c", str(home / "nginx.conf")], stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(5)


@contextlib.contextmanager
def check(folder: Path, name: str, port: int) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, __file__, "--serve", name, "--port", str(port), "--folder", str(folder / name)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        if not process.stdout or not process.stdout.readline():
            raise SystemExit("the check server did not start")
        yield process
    finally:
        process.terminate()
        process.wait(10)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until_answered(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise SystemExit(f"nothing answers on port {port}")


def tree(pid: int) -> list[int]:
    pids = [pid]
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in path.read_text().split():
            pids += tree(int(child))
    return pids


def cpu_seconds(processes: list[subprocess.Popen]) -> float:
    ticks = 0
    for process in processes:
        for pid in tree(process.pid):
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS


def one_round(port: int, path: str, processes: list, seconds: float, lua: Path, cookies: Path) -> float:
    """Microseconds of CPU per request."""
    before = cpu_seconds(processes)
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(lua), f"http://127.0.0.1:{port}"]
    output = subprocess.run([*command, "--", str(cookies), path], capture_output=True, text=True, check=True).stdout
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    if refused:
        raise SystemExit(f"{refused[1]} requests were refused:\n{output}")
    requests = int(re.search(r"(\d+) requests in", output)[1])
    return (cpu_seconds(processes) - before) / requests * 1e6


CHECK_ASKED, PEER_ASKED = "check alone, asked by nginx", "LemonLDAP::NG, asked by nginx"


def measure(rounds: int, seconds: int) -> dict[str, list[float]]:
    names = ["nginx", "check", "assertion", "app", "ask-nginx", "ask-check"]
    has_peer = lemonldap.is_installed()
    ports = {name: free_port() for name in [*names, *(["ask-lemonldap"] if has_peer else [])]}
    with tempfile.TemporaryDirectory() as made, contextlib.ExitStack() as stack:
        folder = Path(made)
        folder.chmod(0o755)
        lua, ours, theirs = folder / "load.lua", folder / "cookies", folder / "their-cookies"
        lua.write_text(LUA)
        ours.write_text("".join(f"{HOST.format(n % APPS)} __Host-limen-app={token_of(n)}\n" for n in range(PEOPLE)))
        theirs.write_text(f"{lemonldap.HOST} lemonldap={lemonldap.SESSION}\n")
        constant = stack.enter_context(nginx(folder, "constant", CONSTANT.format(port=ports["nginx"])))
        stack.enter_context(nginx(folder, "app", CONSTANT.format(port=ports["app"])))
        ask_nginx = ASKING.format(app=ports["app"], asked=ports["nginx"], port=ports["ask-nginx"])
        ask_check = ASKING.format(app=ports["app"], asked=ports["check"], port=ports["ask-check"])
        front_of_nginx = stack.enter_context(nginx(folder, "ask-nginx", ask_nginx))
        front_of_check = stack.enter_context(nginx(folder, "ask-check", ask_check))
        checking = stack.enter_context(check(folder, "check", ports["check"]))
        asserting = stack.enter_context(check(folder, "assertion", ports["assertion"]))
        rows: dict[str, tuple[str, str, list[subprocess.Popen]]] = {
            "nginx, a constant 200": ("nginx", "/check", [constant]),
            "check, deciding": ("check", "/check", [checking]),
            "check, deciding, with assertion": ("assertion", "/check", [asserting]),
            "nginx + auth_request + nginx": ("ask-nginx", "/run/2026-11?page=2", [front_of_nginx, constant]),
            "nginx + auth_request + check": ("ask-check", "/run/2026-11?page=2", [front_of_check, checking]),
            CHECK_ASKED: ("ask-check", "/run/2026-11?page=2", [checking]),
        }
        if has_peer:
            peer, at = stack.enter_context(lemonldap.handler(folder / "lemonldap"))
            app = f"upstream app {{ server 127.0.0.1:{ports['app']}; keepalive 64; keepalive_requests 1000000000; }}"
            asking = app + lemonldap.SERVER.format(port=ports["ask-lemonldap"], socket=at)
            stack.enter_context(nginx(folder, "ask-lemonldap", asking))
            rows[PEER_ASKED] = ("ask-lemonldap", "/run/2026-11?page=2", [peer])
        for port in ports.values():
            until_answered(port)
        taken: dict[str, list[float]] = {row: [] for row in rows}
        for number in range(rounds + 1):
            for row, (name, path, processes) in rows.items():
                cookies = theirs if row == PEER_ASKED else ours
                micros = one_round(ports[name], path, processes, 1 if number == 0 else seconds, lua, cookies)
                if number:  # the first round warms everything up
                    taken[row].append(micros)
        return taken


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--seconds", type=int, default=2)
    arguments.add_argument("--serve", choices=["check", "assertion"], help=argparse.SUPPRESS)
    arguments.add_argument("--port", type=int, help=argparse.SUPPRESS)
    arguments.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = arguments.parse_args()
    if asked.serve:
        import uvloop

        uvloop.run(serve(f"127.0.0.1:{asked.port}", asserting=asked.serve == "assertion", folder=asked.folder))
        return
    for tool in ("nginx", "wrk"):
        if not shutil.which(tool):
            raise SystemExit(f"{tool} is missing; apt install {tool}")
    taken = measure(asked.rounds, asked.seconds)
    median = {row: statistics.median(values) for row, values in taken.items()}
    base, check_alone, _, floor, through_nginx = list(median.values())[:5]
    ratio_check, ratio_auth_request = check_alone / base, through_nginx / floor
    ratio_peer = median[CHECK_ASKED] / median[PEER_ASKED] if PEER_ASKED in median else None
    if ratio_peer is None:
        told = f"{lemonldap.PACKAGE} IS NOT INSTALLED: the peer was not measured (apt install {lemonldap.PACKAGE})"
        print(told, file=sys.stderr)
    if asked.json:
        rows = [
            {"row": row, "us": round(median[row], 2), "min": round(min(values), 2), "max": round(max(values), 2)}
            for row, values in taken.items()
        ]
        print(
            json.dumps(
                {
                    "ratio_check": round(ratio_check, 3),
                    "ratio_auth_request": round(ratio_auth_request, 3),
                    "ratio_lemonldap": ratio_peer and round(ratio_peer, 3),
                    "rows": rows,
                }
            )
        )
        return
    print(f"{'':34}{'µs CPU/request':>16}{'min':>8}{'max':>8}{'× nginx':>9}")
    for row, values in taken.items():
        print(f"{row:34}{median[row]:16.1f}{min(values):8.1f}{max(values):8.1f}{median[row] / base:9.2f}")
    print(f"\ncheck / nginx                             {ratio_check:.2f}   (at most 2.5)")
    print(f"auth_request + check / auth_request + nginx {ratio_auth_request:.2f} (at most 1.3)")
    if ratio_peer is not None:
        print(f"check / LemonLDAP::NG's handler           {ratio_peer:.2f}   (at most 0.15)")


if __name__ == "__main__":
    main()
