"""The servers that trials run on: a PostgreSQL in a temporary folder, and an SQS server as `scripts/sqs-server` starts it."""

from __future__ import annotations

import asyncio
import glob
import os
import pwd
import shutil
import signal
import socket
import time
from pathlib import Path

from . import sqs
from .processes import Process, run


class ServerError(Exception):
    """A server cannot be started, or refused a statement of the trial."""


def free_port() -> int:
    """A free TCP port of 127.0.0.1, below the ephemeral range."""
    low = 20000 + (os.getpid() * 97 + time.monotonic_ns()) % 11000
    for port in range(low, 32500):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise ServerError("no free TCP port between 20000 and 32500")


class Postgres:
    """A PostgreSQL server of one trial slot. Its administrator comes in through a Unix socket, the programs through TCP."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._process: Process | None = None
        programs = sorted(glob.glob("/usr/lib/postgresql/*/bin/postgres"))
        if not programs:
            raise ServerError("there is no PostgreSQL server here: run scripts/setup")
        self._programs = Path(programs[-1]).parent

    async def create(self) -> None:
        """Makes the cluster and starts it."""
        self.folder.mkdir(parents=True)
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        status, _, errors = await run(
            [*self._as_server(), str(self._programs / "initdb"), "-D", str(self.folder / "data"), "-U", "admin", "--auth-local=trust"]
            + ["--auth-host=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        )
        if status:
            raise ServerError(f"initdb failed: {errors.decode()}")
        await self.start()

    def _as_server(self) -> list[str]:
        # PostgreSQL refuses to run as root.
        if os.geteuid() != 0:
            return ["env", "-C", str(self.folder)]
        account = pwd.getpwnam("postgres")
        return ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups", "--", "env", "-C", str(self.folder)]

    async def start(self) -> None:
        """Starts the server and waits until it takes connections."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
            "max_connections": "100",
            "fsync": "off",
            "password_encryption": "scram-sha-256",
            "log_min_messages": "fatal",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self._process = await Process.start(
            "postgres",
            [*self._as_server(), str(self._programs / "postgres"), "-D", str(self.folder / "data"), *options],
            dict(os.environ),
            self.folder / "postgres.log",
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            status, _, _ = await run(
                [str(self._programs / "pg_isready"), "-q", "-h", str(self.folder), "-p", str(self.port), "-U", "admin"]
            )
            if status == 0:
                return
            await asyncio.sleep(0.05)
        raise ServerError(f"PostgreSQL does not start: see {self.folder}/postgres.log")

    async def stop(self, how: str = "fast") -> None:
        """Stops the server: fast (sessions are ended), or immediate (as a crash would end it)."""
        if self._process is None:
            return
        self._process.send(signal.SIGCONT)
        self._process.send(signal.SIGINT if how == "fast" else signal.SIGQUIT)
        if await self._process.wait(30) is None:
            self._process.kill()
            await self._process.wait(10)
        self._process = None

    @property
    def is_up(self) -> bool:
        """Whether the server's process runs."""
        return self._process is not None and self._process.status is None

    def freeze(self, frozen: bool) -> None:
        """Stops, or continues, the server with all its sessions."""
        for process in self._family():
            try:
                os.kill(process, signal.SIGSTOP if frozen else signal.SIGCONT)
            except ProcessLookupError:
                pass

    def _family(self) -> list[int]:
        if self._process is None:
            return []
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        try:
            return [self._process.pid, *map(int, children.read_text().split())]
        except OSError:
            return []

    async def sql(self, statement: str, database: str = "postgres", seconds: float = 60) -> str:
        """Runs statements as the administrator and returns the rows, one a line, columns split by tabs."""
        status, output, errors = await run(
            [str(self._programs / "psql"), "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1"]
            + ["-h", str(self.folder), "-p", str(self.port), "-U", "admin", "-d", database, "-f", "-"],
            {
                **os.environ,
                "PGTZ": "UTC",
                "PGOPTIONS": "-c client_min_messages=warning -c lock_timeout=20s -c default_transaction_read_only=off",
                "PGCLIENTENCODING": "UTF8",
            },
            statement.encode(),
            seconds,
        )
        if status:
            raise ServerError(f"{errors.decode().strip()} in: {statement[:300]}")
        return output.decode()

    async def script(self, path: Path, database: str, role: str | None = None) -> None:
        """Runs a file of SQL, as `role` when one is named."""
        statement = path.read_text()
        await self.sql((f"SET SESSION AUTHORIZATION {role};\n" if role else "") + statement, database)


class SQSServer:
    """An SQS server of one trial slot."""

    def __init__(self, root: Path, folder: Path, kind: str) -> None:
        self._root = root
        self._folder = folder
        self._kind = kind
        self.port = free_port()
        self.process: Process | None = None

    async def create(self) -> None:
        """Starts it and waits until it answers."""
        self._folder.mkdir(parents=True)
        self.process = await Process.start(
            "sqs",
            [str(self._root / "scripts/sqs-server"), self._kind, str(self.port), str(self._folder)],
            dict(os.environ),
            self._folder / "sqs.log",
        )
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            if self.process.status is not None:
                break
            try:
                await self.client().call("ListQueues", {})
                return
            except (OSError, sqs.SQSError, TimeoutError):
                await asyncio.sleep(0.2)
        raise ServerError(f"the SQS server does not start: see {self._folder}/sqs.log")

    def client(self) -> sqs.Client:
        """A client of the trial's own, straight to the server."""
        return sqs.Client(self.port)

    def freeze(self, frozen: bool) -> None:
        """Stops, or continues, the server."""
        if self.process is not None:
            self.process.send(signal.SIGSTOP if frozen else signal.SIGCONT)

    async def stop(self) -> None:
        """Ends it."""
        if self.process is not None:
            self.process.send(signal.SIGCONT)
            await self.process.stop(5)
            self.process.kill()


class Servers:
    """Both servers of a slot, and the folder that they live in."""

    def __init__(self, root: Path, folder: Path, kind: str) -> None:
        self.folder = folder
        self.postgres = Postgres(folder / "postgres")
        self.sqs = SQSServer(root, folder / "sqs", kind)

    async def create(self) -> None:
        """Starts both."""
        self.folder.mkdir(parents=True, exist_ok=True)
        await asyncio.gather(self.postgres.create(), self.sqs.create())

    async def remove(self) -> None:
        """Stops both and removes their files."""
        await asyncio.gather(self.postgres.stop("immediate"), self.sqs.stop())
        shutil.rmtree(self.folder, ignore_errors=True)
