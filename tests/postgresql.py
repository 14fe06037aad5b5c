"""A real PostgreSQL for tests: a cluster of its own on a socket in a temporary folder, one for each test worker."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import psutil
from tests.real_parts import absent

HURRIED = ("fsync=off", "full_page_writes=off", "shared_buffers=16MB", "max_connections=60", "max_wal_size=256MB")
"""What a server that nobody relies on may leave out. `kill -9` of the server still loses nothing: the disk is there."""
START_SECONDS = 30
_numbers = count(1)
_EMPTIED = """
DO $$ DECLARE one text; has_rows bool; BEGIN
  PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend';
  FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %I)', one) INTO has_rows;
    IF has_rows THEN EXECUTE format('DELETE FROM %I', one); END IF;
  END LOOP;
  FOR one IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
    EXECUTE format('ALTER SEQUENCE %I RESTART', one);
  END LOOP;
END $$
"""


class Cluster:
    """A server that listens on a socket only. Root can't run one, so then the user `postgres` does."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs, self.folder = programs, folder
        self.data, self.settings = folder / "data", list(HURRIED)
        self._user = "postgres" if os.geteuid() == 0 else None
        self._server: subprocess.Popen[bytes] | None = None
        folder.chmod(0o755)
        (folder / "run").mkdir()
        if self._user is not None:
            shutil.chown(folder / "run", self._user)
            shutil.chown(folder, self._user)
        words = ("--auth=trust", "--username=limen", "--encoding=UTF8", "--no-locale", "--no-sync", "-D", self.data)
        self._call("initdb", *words)

    def start(self) -> None:
        words = [str(self.programs / "postgres"), "-D", str(self.data), "-k", str(self.folder / "run"), "-h", ""]
        options = [word for setting in self.settings for word in ("-c", setting)]
        log = (self.folder / "log").open("ab")
        # In a session of its own, so that Ctrl-C on the tests does not end it first; but never outliving them.
        self._server = subprocess.Popen(
            [*words, *options],
            stdout=log,
            stderr=log,
            user=self._user,
            cwd=self.folder,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 -- it takes no lock
        )
        log.close()
        ends_at = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._server.poll() is not None or time.monotonic() > ends_at:
                raise RuntimeError((self.folder / "log").read_text()[-2_000:])
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT ends every connection at once (a "fast" shutdown), SIGKILL is a crash."""
        if self._server is None:
            return
        self.go_on()
        if how is signal.SIGKILL:
            self._kill_all()
        else:
            self._server.send_signal(how)
        self._server.wait(START_SECONDS)
        self._server = None

    def put_back(self, copy: Path) -> None:
        """Have it serve what a copy of its folder holds; it must be stopped."""
        shutil.rmtree(self.data)
        shutil.copytree(copy, self.data, symlinks=True)
        for one in [self.data, *self.data.rglob("*")]:
            if self._user is not None:
                shutil.chown(one, self._user)

    @property
    def is_running(self) -> bool:
        return self._server is not None

    def hang(self) -> None:
        """It neither answers nor goes away, as a machine that swaps or a network that swallows."""
        for process in self._processes():
            process.suspend()

    def go_on(self) -> None:
        if self._server is None:
            return
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):  # one of a connection that has just ended
                process.resume()

    def url(self, database: str) -> str:
        return f"postgresql://limen@/{database}?host={self.folder / 'run'}"

    def sql(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        import psycopg

        words = {"host": str(self.folder / "run"), "user": "limen", "dbname": database}
        with psycopg.connect(**words, autocommit=True, connect_timeout=5) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def empty(self, database: str) -> None:
        """Leave a database as it was when only its tables had been made: much quicker than making another."""
        self.sql(_EMPTIED, database)

    @contextmanager
    def database(self, *, like: str = "") -> Iterator[str]:
        """The URL of a new database: an empty one, or a copy of another. It is gone afterwards."""
        name = f"t{next(_numbers)}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {like or 'template0'}")
        yield self.url(name)
        self.sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _answers(self) -> bool:
        import psycopg

        try:
            self.sql("SELECT 1")
        except psycopg.Error:
            return False
        return True

    def _processes(self) -> list[psutil.Process]:
        assert self._server is not None
        main = psutil.Process(self._server.pid)
        return [main, *main.children(recursive=True)]

    def _kill_all(self) -> None:
        for process in self._processes():
            process.kill()
        for leftover in (self.folder / "run").glob(".s.*"):
            leftover.unlink()
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _call(self, program: str, *words: object) -> None:
        command = [str(self.programs / program), *map(str, words)]
        done = subprocess.run(command, capture_output=True, text=True, user=self._user, cwd=self.folder, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr or done.stdout)


def _end_with_parent() -> None:
    """Linux: a server that pytest was killed over ends at once (prctl(2), PR_SET_PDEATHSIG)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)


def programs() -> Path | None:
    """Where PostgreSQL's programs are: Debian keeps them out of the path, one folder for each version."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda one: int(one.parts[-3]))
    return versions[-1].parent if versions else None


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A running cluster, ended and removed afterwards. Without PostgreSQL the test is skipped, loudly."""
    where = programs()
    if where is None:
        said = "PostgreSQL is not installed (Debian: apt install postgresql), so this was not tried on it"
        absent(said)
    folder = Path(tempfile.mkdtemp(prefix="limen-pg-"))  # a socket's path must be short, pytest's are not
    try:
        running = Cluster(where, folder)
        running.start()
        try:
            yield running
        finally:
            running.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
