"""The PostgreSQL server that all contenders share, one database each."""

import os
import secrets
import signal
import subprocess
import time
from pathlib import Path

import psycopg

from .ports import free_port
from .processes import wait_until

# Durable, and large enough that no contender waits for a checkpoint that another would not have.
SETTINGS = {
    "shared_buffers": "512MB",
    "min_wal_size": "2GB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "30min",
    "max_connections": "100",
    "listen_addresses": "127.0.0.1",
}


def program(name):
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4].split(".")[0]))
    if not found:
        raise SystemExit(f"no PostgreSQL program {name}: run scripts/setup")
    return found[-1]


class Postgres:
    def __init__(self, processes, folder, users):
        self.folder = folder / "postgres"
        self.folder.mkdir()
        self.password = secrets.token_urlsafe(18)
        self.port = free_port()
        as_server = []
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root.
            subprocess.run(["chown", "postgres", self.folder], check=True)
            as_server = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]
        password_file = self.folder / "password"
        password_file.touch(mode=0o644)
        password_file.write_text(self.password)
        data = self.folder / "data"
        made = subprocess.run(
            [*as_server, program("initdb"), "-D", data, "-U", "bench", "--auth=scram-sha-256", f"--pwfile={password_file}",
             "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"], capture_output=True, text=True, cwd=self.folder)
        password_file.unlink()
        if made.returncode:
            raise SystemExit(f"initdb failed:\n{made.stderr}")
        options = [option for name, value in SETTINGS.items() for option in ("-c", f"{name}={value}")]
        self.process = processes.start(
            "postgres", [*as_server, program("postgres"), "-D", data, "-c", f"port={self.port}",
                         "-c", f"unix_socket_directories={self.folder}", *options], stop_signal=signal.SIGINT)
        wait_until(60, "PostgreSQL accepts connections", self._accepts)
        self.admin = psycopg.connect(self.url("postgres"), autocommit=True)
        self._warm_up(rows=min(2 * users, 2_000_000))

    def _warm_up(self, rows):
        """Makes the server one that has been running: its buffers were touched once, its WAL files exist and are recycled.

        Otherwise whoever is measured first pays for that: more than a second of a run with a million users.
        """
        self.admin.execute("CREATE TABLE warm_up (filler text)")
        self.admin.execute(f"INSERT INTO warm_up SELECT repeat('x', 400) FROM generate_series(1, {rows})")
        self.admin.execute("CHECKPOINT")
        self.admin.execute("DROP TABLE warm_up")

    def _accepts(self):
        self.process.check()
        return subprocess.run(
            [program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)], check=False).returncode == 0

    def url(self, database, port=None):
        return f"postgresql://bench:{self.password}@127.0.0.1:{port or self.port}/{database}"

    def environment(self, database, port=None):
        """What our programs, psycopg and libpq read. `port` is that of a proxy, when they are to go through one."""
        return {
            "DATABASE_URL": self.url(database, port), "PGHOST": "127.0.0.1", "PGPORT": str(port or self.port), "PGUSER": "bench",
            "PGPASSWORD": self.password, "PGDATABASE": database,
        }

    def create(self, database):
        self.admin.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
        self.admin.execute(f'CREATE DATABASE "{database}"')

    def settle(self, database):
        """Before each run: what earlier ones left to do is done now, and not in somebody else's time."""
        self.execute(database, "VACUUM ANALYZE")
        self.admin.execute("CHECKPOINT")

    def wal_position(self):
        return int(self.admin.execute("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn").fetchone()[0])

    def value(self, database, query):
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute("SET timezone = 'UTC'")
            return connection.execute(query).fetchone()[0]

    def execute(self, database, statement):
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement)

    def updates(self, database):
        """Rows of `users` that were updated so far, and those of them that stayed on their page."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            return connection.execute(
                "SELECT coalesce(sum(n_tup_upd), 0)::bigint, coalesce(sum(n_tup_hot_upd), 0)::bigint FROM pg_stat_user_tables "
                "WHERE relname = 'users'").fetchone()

    def settled_updates(self, database, expected, seconds):
        """The same as soon as it is at least `expected`, or after so many seconds: an idle session reports what it did within ten."""
        deadline = time.monotonic() + seconds
        while (found := self.updates(database))[0] < expected and time.monotonic() < deadline:
            time.sleep(0.1)
        return found

    @property
    def version(self):
        return self.admin.execute("SHOW server_version").fetchone()[0].split()[0]
