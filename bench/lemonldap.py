"""LemonLDAP::NG's handler as somebody runs it behind nginx `auth_request`: one session, every rule *accept*.

Not a bench by itself: `bench/check.py` measures it in the same run. `tests/interop/lemonldap.py` runs the portal, in a
folder that the same function makes. Debian's package is `lemonldap-ng-fastcgi-server`; its defaults stay (a session
is looked up once in fifteen seconds and kept in the process between), but that one process does all the work, so that
its processor time is that of the requests.
"""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

PACKAGE, PROGRAM = "lemonldap-ng-fastcgi-server", "llng-fastcgi-server"
SESSION = sha256(b"one session").hexdigest()
HOST = "a0.harbor.example"
RUNS_AS = "nobody"
"""It refuses to run as root."""
PATIENCE_SECONDS = 20

INI = """
[all]
logLevel = {level}
checkTime = 600
[configuration]
type = File
dirName = {folder}/conf
localStorage = Cache::FileCache
localStorageOptions = {{ 'namespace' => 'configuration', 'cache_root' => '{folder}/cache', 'cache_depth' => 3 }}
"""
HANDLER = """
[handler]
status = 0
useRedirectOnError = 1
"""
SERVER = """
  server {{
    listen 127.0.0.1:{port};
    location / {{
      auth_request /_lemonldap;
      auth_request_set $remote $upstream_http_lm_remote_user;
      proxy_set_header Auth-User $remote; proxy_set_header Connection "";
      proxy_pass http://app;
    }}
    location = /_lemonldap {{
      internal;
      fastcgi_pass unix:{socket};
      fastcgi_pass_request_body off;
      fastcgi_param CONTENT_LENGTH ""; fastcgi_param HOST $http_host; fastcgi_param X_ORIGINAL_URI $original_uri;
      fastcgi_param REQUEST_METHOD $request_method; fastcgi_param REQUEST_URI $request_uri;
      fastcgi_param QUERY_STRING $query_string; fastcgi_param REMOTE_ADDR $remote_addr;
      fastcgi_param SERVER_NAME $server_name; fastcgi_param SERVER_PORT $server_port;
      fastcgi_param SERVER_PROTOCOL $server_protocol; fastcgi_param HTTP_HOST $http_host;
    }}
    set $original_uri $request_uri;
  }}
"""


def is_installed() -> bool:
    return shutil.which(PROGRAM) is not None


@contextlib.contextmanager
def handler(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """The handler, running, and its socket. `folder` is made, and is whoever's it runs as."""
    environment = {"PATH": os.environ["PATH"], **_write(folder)}
    socket = folder / "handler.sock"
    command = [PROGRAM, "--foreground", "-s", str(socket), "-p", str(folder / "handler.pid"), "-n", "1"]
    user: dict[str, str] = {}
    if os.geteuid() == 0:
        whose = pwd.getpwnam(RUNS_AS)
        for path in (folder, *folder.rglob("*")):
            os.chown(path, whose.pw_uid, whose.pw_gid)
        user = {"user": RUNS_AS}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=folder, **user)  # type: ignore[call-overload]
    try:
        _until(socket, process, folder / "log")
        yield process, socket
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def in_folder(folder: Path, configuration: dict[str, Any], *, level: str, ini: str = "") -> dict[str, str]:
    """LemonLDAP::NG with this configuration, and its sessions and cache, in this folder, which is made: what has to
    be in the environment of whatever part of it is then started. `ini` is what else stands in its first file.
    """
    for name in ("conf", "cache", "sessions", "lock"):
        (folder / name).mkdir(parents=True)
    (folder / "lemonldap-ng.ini").write_text(INI.format(folder=folder, level=level) + ini)
    stored = {
        "cfgNum": 1,
        "cfgDate": int(time.time()),
        "securedCookie": 0,
        "whatToTrace": "_whatToTrace",
        "globalStorage": "Apache::Session::File",
        "globalStorageOptions": {
            "Directory": str(folder / "sessions"),
            "LockDirectory": str(folder / "lock"),
            "generateModule": "Lemonldap::NG::Common::Apache::Session::Generate::SHA256",
        },
        "localSessionStorage": "Cache::FileCache",
        "localSessionStorageOptions": {
            "namespace": "lemonldap-ng-sessions",
            "default_expires_in": 600,
            "cache_root": str(folder / "cache"),
            "cache_depth": 3,
        },
    }
    (folder / "conf" / "lmConf-1.json").write_text(json.dumps(stored | configuration))
    return {
        "LLNG_DEFAULTCONFFILE": str(folder / "lemonldap-ng.ini"),
        "LLNG_DEFAULTLOGGER": "Lemonldap::NG::Common::Logger::Std",
    }


def _write(folder: Path) -> dict[str, str]:
    """The handler's folder, with one session; its environment."""
    configuration = {
        "cfgAuthor": "bench",
        "cookieName": "lemonldap",
        "domain": "harbor.example",
        "portal": "https://auth.harbor.example/",
        "locationRules": {HOST: {"default": "accept"}},
        "exportedHeaders": {HOST: {"Auth-User": "$uid", "Auth-Mail": "$mail", "Auth-Groups": "$groups"}},
        "timeout": 72_000,
        "key": "a key of this bench",
    }
    environment, now = in_folder(folder, configuration, level="error", ini=HANDLER), int(time.time())
    session = {
        "_session_id": SESSION,
        "_session_kind": "SSO",
        "_utime": now,
        "_lastAuthnUTime": now,
        "_whatToTrace": "p0",
        "_user": "p0",
        "uid": "p0",
        "mail": "p0@harbor.example",
        "cn": "Person 0",
        "groups": "staff; g0",
        "ipAddr": "203.0.113.7",
        "authenticationLevel": 5,
    }
    (folder / "sessions" / SESSION).write_text(json.dumps(session))
    return environment


def _until(socket: Path, process: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + PATIENCE_SECONDS
    while not socket.exists():
        if process.poll() is not None or time.monotonic() > ends:
            raise SystemExit(f"{PROGRAM} did not start:\n{log.read_text()[-2_000:]}")
        time.sleep(0.05)
    socket.chmod(0o777)  # nginx's worker is somebody else
