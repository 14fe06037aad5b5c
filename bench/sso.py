"""What single sign-on costs, beside npm `oidc-provider` in the same run.

    python bench/sso.py [--json] [--peer FOLDER]

`ratio_refresh`: refresh grants per CPU second of the whole server, Limen's over the peer's, the median of interleaved
rounds. Both rotate refresh tokens, sign an ID token with RS256 and an access token (JWT) with ES256, and have it all in
SQLite (WAL, `synchronous=FULL`) before they answer. Limen decides and journals each grant besides; the peer decides
nothing. The peer is `sso_peer.mjs`; npm brings it into a temporary folder, or `--peer` names one that has it. Where it
can't be had, `ratio_signing` says how many grants Limen makes in the CPU time of one such pair of bare signatures.

`ratio_client_credentials`: the same for tokens of programs (`client_credentials`). Each proves itself by an assertion
that its server verifies (ES256), and notes in SQLite that it was used before it answers with an access token (ES256).

`saml_per_s`: how many signed requests of SAML are read and answered, each with a signed response around a signed
assertion, in a second of CPU: from octets to octets, without the server around it. `ratio_saml`: beside two bare
signatures of xmlsec, its key at hand.

`check_p99_ratio_under_argon2`: the check server's 99th percentile while 8 people at a time sign in with password and
code, against idle. `passkey_sign_in_ms`: the 95th percentile from a passkey's answer to the session, one after the
other, on loopback. `rss_mb`: what the server and its children hold after all of that.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import http.client
import json
import os
import secrets
import shutil
import statistics
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlencode

from footprint import Started, company, fill, free_port, use
from revocation import APP, TOKEN, check, p99
from sso_passkeys import enrolled, passkey_sign_in

if TYPE_CHECKING:
    from joserfc.jwk import Key

    Providers: TypeAlias = dict[str, "Server | Programs"]

HERE = Path(__file__).parent
CHAINS, GRANTS, ROUNDS = 8, 40, 7
AT_ONCE, SIGN_INS, LOOKS, LOOKED = 8, 400, 7, 10
PASSWORD = "tidal marble lantern fox"
PEER = HERE / "sso_peer"
"""What npm installs as the peer: its package.json and package-lock.json."""
PEER_SECRET = "s" * 43
TICKS = os.sysconf("SC_CLK_TCK")
POLICY = """
@id("staff-use-app") @title("Staff use it") @reason("They work") @phase("identity")
permit (principal in Group::"staff", action == Action::"view", resource == App::"sso")
when { context.auth.strength >= 2 };

@id("programs-use-app") @title("Programs use it") @reason("They work at night") @phase("identity")
permit (principal is Workload, action == Action::"view", resource == App::"sso");
"""
RESOURCE = "https://sso.harbor.example/"
ENTRY = """
- id: sso
  protocol: oidc
  name: Signs people in
  label: internal
  url: https://sso.harbor.example/
  oidc:
    redirect_uris: ["https://sso.harbor.example/back"]
"""


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--json", action="store_true", help="one line, an object")
    options.add_argument("--peer", type=Path, help="a folder in which npm has installed the peer")
    options.add_argument("--sign-in", type=int, metavar="PORT", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.sign_in:
        return sign_people_in(chosen.sign_in)
    with TemporaryDirectory(prefix="sso-") as made:
        peer = chosen.peer or installed_peer(Path(made))
        root, port = Path(made) / "company", free_port()
        company(root, port)
        written(root)
        Started(root, port).stop()  # publishes the folder
        fill(root)
        seeds, ours, secret = filled(root)
        workloads, passkeys = with_keys(root), enrolled(root)
        limen = Started(root, port)
        try:
            where = (limen.process.pid, port, "/oidc/token")
            programs = Programs(*where, workloads, f"http://limen.harbor.localhost:{port}", RESOURCE)
            found = beside(Server(*where, "sso", secret, ours), programs, peer)
            found |= assertions()
            found |= under_argon2(check_port_of(root), port, seeds)
            found |= passkey_sign_in(port, passkeys)
            use(port)
            found["rss_mb"] = round(limen.resident_mb(), 1)
        finally:
            limen.stop()
    if chosen.json:
        print(json.dumps(found))
    else:
        for name, value in found.items():
            print(f"{name:32}{value!s:>12}")
    return 0


# Grants


class Server:
    """A provider under load: so many chains of refresh tokens, each a connection of its own."""

    def __init__(self, pid: int, port: int, path: str, client: str, secret: str, tokens: list[str]) -> None:
        self.pid, self._path, self.tokens = pid, path, tokens
        basic = b64encode(f"{client}:{secret}".encode()).decode()
        host = f"limen.harbor.localhost:{port}"
        self._fields = {
            "host": host,
            "authorization": f"Basic {basic}",
            "content-type": "application/x-www-form-urlencoded",
        }
        self._connections = [http.client.HTTPConnection("127.0.0.1", port, timeout=30) for _ in tokens]

    def grants_per_cpu_second(self) -> float:
        return per_cpu_second(self.pid, self._refreshed)

    def _refreshed(self, chain: int) -> None:
        for _ in range(GRANTS):
            body = urlencode({"grant_type": "refresh_token", "refresh_token": self.tokens[chain]})
            self._connections[chain].request("POST", self._path, body, self._fields)
            said = json.loads(self._connections[chain].getresponse().read())
            if not {"id_token", "access_token", "refresh_token"} <= said.keys():
                raise SystemExit(f"a refresh was refused: {said}")
            self.tokens[chain] = said["refresh_token"]
        self._connections[chain].close()  # one that rests for seconds is closed by the server


class Programs:
    """A provider under load by programs: each proves itself anew for each token, on a connection of its own."""

    def __init__(
        self, pid: int, port: int, path: str, clients: list[tuple[str, Key]], audience: str, resource: str
    ) -> None:
        self.pid, self._path, self.clients = pid, path, clients
        self._audience, self._resource = audience, resource
        host = f"limen.harbor.localhost:{port}"
        self._fields = {"host": host, "content-type": "application/x-www-form-urlencoded"}
        self._connections = [http.client.HTTPConnection("127.0.0.1", port, timeout=30) for _ in clients]
        self._bodies: list[list[str]] = []

    def grants_per_cpu_second(self) -> float:
        self._bodies = [[self._body(*client) for _ in range(GRANTS)] for client in self.clients]
        return per_cpu_second(self.pid, self._asked)

    def _asked(self, chain: int) -> None:
        for body in self._bodies[chain]:
            self._connections[chain].request("POST", self._path, body, self._fields)
            said = json.loads(self._connections[chain].getresponse().read())
            if "access_token" not in said:
                raise SystemExit(f"a program was refused: {said}")
        self._connections[chain].close()

    def _body(self, client: str, key: Key) -> str:
        from joserfc import jwt

        now = int(time.time())
        told = {"iss": client, "sub": client, "aud": self._audience, "jti": secrets.token_urlsafe(16)}
        assertion = jwt.encode({"alg": "ES256"}, {**told, "iat": now, "exp": now + 60}, key, algorithms=["ES256"])
        sent = {
            "grant_type": "client_credentials",
            "client_id": client,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": assertion,
            "resource": self._resource,
        }
        return urlencode(sent)


def per_cpu_second(pid: int, work: Callable[[int], None]) -> float:
    """Grants in a second of the server's processor time, all chains at once."""
    before = cpu_seconds(pid)
    with ThreadPoolExecutor(CHAINS) as chains:
        list(chains.map(work, range(CHAINS)))
    return CHAINS * GRANTS / (cpu_seconds(pid) - before)


def beside(refreshing: Server, programs: Programs, peer: Path | None) -> dict[str, float | None]:
    """Limen's grants beside the peer's, round by round; or beside bare signatures where there is no peer."""
    ours: Providers = {"refresh": refreshing, "client_credentials": programs}
    warm(ours)
    found: dict[str, float | None] = {}
    if peer is None:
        for name, one in ours.items():
            mine = statistics.median(one.grants_per_cpu_second() for _ in range(ROUNDS))
            found |= {f"{name}_per_cpu_s": round(mine), f"ratio_{name}": None}
            if name == "refresh":
                found["ratio_signing"] = round(mine * signing(), 3)
        return found
    with running_peer(peer, [key for _, key in programs.clients]) as theirs:
        warm(theirs)
        for name, one in ours.items():
            rounds = [(one.grants_per_cpu_second(), theirs[name].grants_per_cpu_second()) for _ in range(ROUNDS)]
            found[f"{name}_per_cpu_s"] = round(statistics.median(mine for mine, _ in rounds))
            found[f"peer_{name}_per_cpu_s"] = round(statistics.median(its for _, its in rounds))
            found[f"ratio_{name}"] = round(statistics.median(mine / its for mine, its in rounds), 2)
    return found


def warm(servers: Providers) -> None:
    for one in servers.values():
        one.grants_per_cpu_second()


def installed_peer(into: Path) -> Path | None:
    """Where npm put the peer; None where it can't be had."""
    if not (shutil.which("npm") and shutil.which("node")):
        print("npm is not installed: measured beside bare signatures instead", file=sys.stderr)
        return None
    folder = shutil.copytree(PEER, into / "peer")
    quiet = ("--no-audit", "--no-fund", "--silent", "--ignore-scripts")
    with contextlib.suppress(subprocess.TimeoutExpired):
        done = subprocess.run(["npm", "ci", "--prefix", folder, *quiet], cwd=folder, timeout=150, check=False)
        if done.returncode == 0:
            return folder
    print("npm could not bring oidc-provider: measured beside bare signatures instead", file=sys.stderr)
    return None


@contextlib.contextmanager
def running_peer(folder: Path, keys: list[Key]) -> Iterator[Providers]:
    public = json.dumps([key.as_dict(private=False) for key in keys])
    command = ["node", HERE / "sso_peer.mjs", folder.resolve(), str(CHAINS), public]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout
        told = json.loads(next(line for line in process.stdout if line.startswith("{")))
        try:
            where = (process.pid, told["port"], "/token")
            programs = [(f"program{number}", key) for number, key in enumerate(keys)]
            yield {
                "refresh": Server(*where, "app", PEER_SECRET, told["tokens"]),
                "client_credentials": Programs(*where, programs, told["issuer"], told["resource"]),
            }
        finally:
            process.terminate()


def signing() -> float:
    """CPU seconds of one ID token by RS256 and one access token by ES256, and nothing else."""
    from joserfc import jwt
    from joserfc.jwk import ECKey, RSAKey

    keys = (("RS256", RSAKey.generate_key(2048)), ("ES256", ECKey.generate_key("P-256")))
    claims = {"iss": "https://limen.harbor.example", "sub": "p_1", "groups": ["staff"], "iat": 1, "exp": 2}
    began = time.process_time()
    for _ in range(400):
        for algorithm, key in keys:
            jwt.encode({"alg": algorithm}, claims, key, algorithms=[algorithm])
    return (time.process_time() - began) / 400


def assertions(number: int = 400) -> dict[str, float]:
    """By SAML, with nobody else in between."""
    import xmlsec
    from lxml import etree

    from limen.clock import MINUTE, SystemClock, to_iso
    from limen.facts import App, Upstream
    from limen.facts.service_provider import AssertionConsumer, ServiceProvider
    from limen.sso.saml import bindings, keys, messages, names, responses, signatures

    now, here, acs = SystemClock().now(), "https://limen.example/saml/sign-in", "https://wiki.example/acs"
    key = keys.made("Harbor", now, now)
    provider = ServiceProvider("wiki", (AssertionConsumer(acs),), (signatures.bare(key.certificate),))
    app = App("wiki", "Wiki", "", Upstream(""), saml=provider)
    spaces = f'xmlns:p="{names.PROTOCOL}" xmlns:a="{names.ASSERTION}"'
    told = f'ID="_1" Version="2.0" IssueInstant="{to_iso(now)}" Destination="{here}"'
    request = f"<p:AuthnRequest {spaces} {told}><a:Issuer>wiki</a:Issuer></p:AuthnRequest>"
    query = bindings.to_query(here, "SAMLRequest", request.encode(), "", key).partition("?")[2]
    person = responses.Told("mia", "persistent", [("roles", ["a", "b"])], "urn:x", now, "g_1", now + MINUTE)

    def answer() -> bytes:
        arrived = bindings.from_query(query)
        message = messages.read(arrived, "AuthnRequest")
        messages.checked(message, arrived, provider, here, now)
        asked = messages.sign_in_request(message, app, "")
        return responses.signed_in(responses.Envelope(here, asked.consumer, asked.id, now, key), provider, person)

    constants, root = xmlsec.constants, etree.fromstring(request)
    own = xmlsec.Key.from_memory(key.private, constants.KeyDataFormatPem)

    def bare() -> None:
        for _ in range(2):
            signature = xmlsec.template.create(root, constants.TransformExclC14N, constants.TransformRsaSha256)
            root.append(signature)
            reference = xmlsec.template.add_reference(signature, constants.TransformSha256, uri="#_1")
            xmlsec.template.add_transform(reference, constants.TransformEnveloped)
            xmlsec.template.add_transform(reference, constants.TransformExclC14N)
            xmlsec.tree.add_ids(root, ["ID"])
            context = xmlsec.SignatureContext()
            context.key = own
            context.sign(signature)
            root.remove(signature)

    spent = {answer: 0.0, bare: 0.0}
    for _ in range(8):  # interleaved, so that other work on the machine hits both alike
        for work in spent:
            began = time.process_time()
            for _ in range(number // 8):
                work()
            spent[work] += time.process_time() - began
    return {"saml_per_s": round(number / spent[answer]), "ratio_saml": round(spent[bare] / spent[answer], 2)}


def cpu_seconds(pid: int) -> float:
    """User and system time of a process, its children left out: neither server has any."""
    told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / TICKS


# Checks while people sign in with passwords


def under_argon2(check_port: int, port: int, seeds: list[str]) -> dict[str, float]:
    """Interleaved, so that other work on the machine hits both alike. Whoever signs in is a process of its own."""
    command = [sys.executable, __file__, "--sign-in", str(port)]
    idle, under = [], []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as people:
        assert people.stdin
        assert people.stdout

        def tell(line: str) -> str:
            print(line, file=people.stdin, flush=True)
            return str(people.stdout.readline())

        tell(json.dumps(seeds))
        for _ in range(LOOKS):
            idle.append(p99(lambda: looks(check_port)))
            tell("go")
            under.append(p99(lambda: looks(check_port)))
            count = int(tell("stop") or 0)
        people.stdin.close()
    before, meanwhile = statistics.median(idle), statistics.median(under)
    return {
        "check_idle_ms_p99": round(before, 3),
        "check_argon2_ms_p99": round(meanwhile, 3),
        "check_p99_ratio_under_argon2": round(meanwhile / before, 2),
        "password_sign_ins": count,
    }


def looks(check_port: int) -> Iterator[float]:
    for _ in range(LOOKED):
        yield from check(check_port)


def sign_people_in(port: int) -> int:
    """Told on stdin who there is, then "go" and "stop": eight at a time sign in, each person once."""
    seeds = json.loads(sys.stdin.readline())
    print("ready", flush=True)
    numbers, done, going = iter(range(len(seeds))), [], threading.Event()

    def one_after_the_other() -> None:
        while going.wait():
            if (number := next(numbers, None)) is None:
                os._exit(3)
            done.append(sign_in(port, number, seeds[number]))

    for _ in range(AT_ONCE):
        threading.Thread(target=one_after_the_other, daemon=True).start()
    for line in sys.stdin:
        before = len(done)
        if line.strip() == "go":
            going.set()
            while len(done) < before + 1:
                time.sleep(0.01)
        else:
            going.clear()
            time.sleep(1.5)  # those that are on their way
        print(len(done), flush=True)
    return 0


def sign_in(port: int, number: int, seed: str) -> int:
    """The form as a browser sends it. Raises SystemExit where it is refused."""
    import pyotp

    from limen.web.requests import csrf_of

    browser, code = secrets.token_urlsafe(32), pyotp.TOTP(seed).now()
    sent = {"csrf": csrf_of(browser), "email": f"p{number}@harbor.example", "password": PASSWORD, "code": code}
    fields = {
        "host": f"limen.harbor.localhost:{port}",
        "cookie": f"__Host-limen-browser={browser}",
        "content-type": "application/x-www-form-urlencoded",
        "sec-fetch-site": "same-origin",
    }
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", "/sign-in", urlencode(sent), fields)
    response = connection.getresponse()
    said = response.read()
    connection.close()
    if response.status != 303:
        raise SystemExit(f"a sign-in was refused: {response.status} {said[-600:]!r}")
    return response.status


# The company


def written(root: Path) -> None:
    apps = root / "apps.yaml"
    apps.write_text(apps.read_text() + ENTRY)
    (root / "policies" / "65-sso.cedar").write_text(POLICY)


def check_port_of(root: Path) -> int:
    lines = (root / "limen.toml").read_text().splitlines()
    return next(int(line.rpartition(":")[2].strip('"')) for line in lines if line.startswith("check = "))


def filled(root: Path) -> tuple[list[str], list[str], str]:
    """Passwords and codes for everybody, a session at an app, and grants at the app that signs people in, written as
    Limen's own stores write them. The seeds of the codes, a refresh token for each chain, and the app's secret.
    """
    from limen.clock import HOUR, SystemClock
    from limen.company.load import load_settings
    from limen.company.places import database_url, key_file
    from limen.facts import Factor, Person, Session
    from limen.identity.argon2id import hashed_or_verified
    from limen.identity.model import PersonStatus, auth_of
    from limen.identity.store import factors, people, sessions
    from limen.identity.totp import new_seed
    from limen.opaque import hash_of, new_id, new_token
    from limen.sso import sign_ins
    from limen.sso.oidc import store
    from limen.storage import Database, Keyring, Transaction, master_key

    now, settings = SystemClock().now(), load_settings(root)
    database = Database.open(database_url(root, settings))
    keyring = Keyring.open(database, master_key(key_file(root, settings), os.environ))
    seeds, tokens = [new_seed() for _ in range(SIGN_INS)], [new_token() for _ in range(CHAINS)]
    hashed, secret = hashed_or_verified("", PASSWORD), new_token()

    def work(transaction: Transaction) -> None:
        connection = transaction.connection
        for number, seed in enumerate(seeds):
            person = f"p_{number}"
            factors.set_password(transaction, person, hashed, now)
            factors.set_code(transaction, person, keyring.seal("codes", person, "seed", seed.encode()), 0, now)
        for number, token in enumerate(tokens):
            scope = "openid profile email groups"
            grant = sign_ins.AppSignIn(new_id("g"), "sso", f"p_{number}", f"s_{number}", scope, now)
            store.add_sign_in(connection, grant)
            store.add_token(connection, hash_of(token), store.REFRESH, grant.id, now + 12 * HOUR, store.IssuedFor())
        store.add_secret(connection, "sso", hash_of(secret), now, now)
        proofs = {Factor.PASSKEY: now}
        ana = Person("p_check", "Ana", "ana@harbor.example", frozenset({"staff"}), active=True)
        root_session = Session("s_check", ana.id, auth_of(proofs), now, now + 12 * HOUR, 12 * HOUR)
        at_app = Session(
            "s_app",
            ana.id,
            auth_of(proofs),
            now,
            now + 12 * HOUR,
            12 * HOUR,
            app=APP.partition(".")[0],
            parent="s_check",
        )
        people.add(connection, ana, PersonStatus.ACTIVE, now)
        sessions.add(connection, root_session, secrets.token_bytes(32), proofs)
        sessions.add(connection, at_app, hashlib.sha256(TOKEN.encode()).digest(), proofs)

    database.write(work)
    database.close()
    return seeds, tokens, secret


def with_keys(root: Path) -> list[tuple[str, Key]]:
    """Workloads, one for each chain: their client ids, and what they prove themselves by."""
    from joserfc.jwk import ECKey

    from limen.clock import DAY, SystemClock
    from limen.company.load import load_settings
    from limen.company.places import database_url
    from limen.identity import workloads
    from limen.identity.model import Terms
    from limen.sso.oidc import workload_keys
    from limen.sso.oidc.public_keys import read_jwk
    from limen.storage import Database

    now, database = SystemClock().now(), Database.open(database_url(root, load_settings(root)))
    found: list[tuple[str, Key]] = []
    for number in range(CHAINS):
        key = ECKey.generate_key("P-256")
        workload = workloads.add(
            database, f"batch-{number}", ["sso"], [], 1, now, terms=Terms("p_bench", "Measured", now + DAY), by="server"
        ).workload.id
        public = read_jwk(key.as_dict(private=False))
        database.write(partial(workload_keys.add, workload_id=workload, key=public, days=1, now=now, by="server"))
        found.append((workload, key))
    database.close()
    return found


if __name__ == "__main__":
    sys.exit(main())
