"""The whole service of one trial: its database, queues, proxies, source and programs."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import signal
from dataclasses import dataclass
from pathlib import Path

from . import schema
from .clock import Preloads
from .lambda_runtime import LambdaRuntime
from .model import Row, Table
from .plan import Plan
from .postgres_proxy import PostgresProxy
from .processes import Process
from .servers import Servers
from .source_server import SourceServer
from .sqs_proxy import SQSProxy

log = logging.getLogger("chaos.stack")


@dataclass(frozen=True)
class Build:
    """The programs under test, and the checkout whose roles and grants belong to them."""

    root: Path
    programs: Path
    preloads: Preloads | None  # for clocks that are wrong


class Secrets:
    """Passwords that no program may ever print."""

    def __init__(self) -> None:
        self.key = f"api-{secrets.token_hex(12)}"
        self.aws = f"aws+{secrets.token_hex(12)}/x"
        self.passwords = {role: f"pw-{secrets.token_hex(12)}" for role in schema.ROLES}

    @property
    def all(self) -> list[str]:
        """Every one of them."""
        return [self.key, self.aws, *self.passwords.values()]


class Stack:
    """Starts, stops and inspects everything that belongs to a trial."""

    def __init__(self, plan: Plan, servers: Servers, build: Build, folder: Path, name: str) -> None:
        self.plan = plan
        self.servers = servers
        self.build = build
        self.folder = folder
        self.database = name
        self.secrets = Secrets()
        self.source = SourceServer(self.secrets.key)
        self.sqs = SQSProxy(servers.sqs.port, f"{plan.seed}/sqs")
        hosts = 2 if plan.settings.two_hosts else 1
        self.postgres = [PostgresProxy(servers.postgres.port) for _ in range(hosts)]
        self.queue = self.dead = ""
        self.workers: list[Process | None] = [None] * plan.settings.workers
        self.runtimes: list[LambdaRuntime] = []  # one for each worker, when they are a Lambda function
        self._away: set[int] = set()  # places that have no worker for now
        self._supervisor: asyncio.Task[None] | None = None
        self.killed: set[int] = set()  # processes that a fault has ended
        self.programs: list[Process] = []
        # Deaths, freezes and lost receives, each of which may use up receives of messages: in this round, and in all.
        self.crashes = self.all_crashes = 0
        self._clock = folder / "clock"
        self._number = 0
        self.stall = plan.settings.stall

    async def create(self) -> str | None:
        """Brings everything up but the workers. Returns the words of `migrate` when it refuses these tables."""
        self.folder.mkdir(parents=True)
        self._clock.write_text("+0s")
        for proxy in self.postgres[1:]:
            proxy.accepts = False
        await asyncio.gather(self.source.start(), self.sqs.start(), *(each.start() for each in self.postgres))
        settings = self.plan.settings
        await schema.create_database(self.servers.postgres, self.database, self.build.root, self.secrets.passwords, settings)
        self.queue, self.dead = await self.servers.sqs.client().create_queues(self.database, settings.visibility, settings.max_receives)
        if settings.as_lambda:
            self.runtimes = [LambdaRuntime(self.servers.sqs.client(), self.queue, settings.visibility - 3) for _ in self.workers]
            await asyncio.gather(*(each.start() for each in self.runtimes))
            self._supervisor = asyncio.create_task(self._supervise())
        migrate = await self.orchestrator("migrate", role="user_sync_owner")
        if await migrate.wait(60) != 0:
            return migrate.log.read_text(errors="replace")
        await schema.finish_database(self.servers.postgres, self.database, self.build.root, settings)
        return None

    async def remove(self) -> None:
        """Ends all programs and proxies, and drops what is on the servers."""
        self.servers.sqs.freeze(False)
        self.servers.postgres.freeze(False)
        if self._supervisor is not None:
            self._supervisor.cancel()
        for process in self.programs:
            process.kill()
        await asyncio.gather(*(each.stop() for each in self.runtimes))
        await asyncio.gather(self.source.stop(), self.sqs.stop(), *(each.stop() for each in self.postgres))
        client = self.servers.sqs.client()
        for queue in (self.queue, self.dead):
            if queue:
                await client.call("DeleteQueue", {"QueueUrl": queue})
        if not self.servers.postgres.is_up:
            await self.servers.postgres.start()
        await self.servers.postgres.sql(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)")

    def environment(self, role: str) -> dict[str, str]:
        """The environment of a program. It contains none of this process's own settings."""
        settings = self.plan.settings
        hosts = ",".join("127.0.0.1" for _ in self.postgres)
        ports = ",".join(str(each.port) for each in self.postgres)
        variables = {
            "PATH": "/usr/bin:/bin",
            "TMPDIR": str(self.folder),
            "DATABASE_URL": f"host={hosts} port={ports} dbname={self.database} user={role}"
            f" password={self.secrets.passwords[role]} connect_timeout=5",
            "SQS_QUEUE_URL": self.queue,
            "AWS_ENDPOINT_URL_SQS": f"http://127.0.0.1:{self.sqs.port}",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": self.secrets.aws,
            "AWS_EC2_METADATA_DISABLED": "true",
            "LEGACY_API_URL": f"http://127.0.0.1:{self.source.port}/external/users",
            "LEGACY_API_KEY": self.secrets.key,
            "LOG_FORMAT": "text",
            "SYNC_MODE": settings.mode,
            "SYNC_MESSAGE_GROUPS": str(settings.lanes),
            "SYNC_BATCH_SIZE": str(settings.batch_size),
            "SYNC_MISSING_USERS": "soft-delete" if settings.soft_delete else "keep",
            "SYNC_MISSING_MAX_PERCENT": str(settings.missing_max_percent),
            "SYNC_STALL_TIMEOUT": str(self.stall),
            "SYNC_STREAM_IDLE_TIMEOUT": "6",
            "SYNC_OUTAGE_TIMEOUT": "240",
            "WORKER_CONCURRENCY": str(settings.concurrency),
        }
        if settings.clock_offset:
            assert self.build.preloads is not None, "this run was to have no wrong clock"
            variables |= self.build.preloads.environment(self._clock)
        return variables

    def begin_round(self) -> None:
        """Counts crashes from here on."""
        self.crashes = 0

    def count_crash(self) -> None:
        """Notes that messages may have been received in vain."""
        self.crashes += 1
        self.all_crashes += 1

    def shift_clock(self, seconds: int) -> None:
        """Moves the programs' clock of the day."""
        self._clock.write_text(f"{seconds:+}s")

    def role(self, program: str) -> str:
        """The role that a program logs in with."""
        return "user_sync_owner" if self.plan.settings.one_role else f"user_sync_{program}"

    async def orchestrator(self, *arguments: str, role: str = "") -> Process:
        """Starts a command of the orchestrator."""
        name = "-".join(["orchestrator", *arguments])
        return await self._start("orchestrator", list(arguments), role or self.role("orchestrator"), name)

    async def start_worker(self, place: int) -> None:
        """Starts a worker in a place that has none."""
        self._away.discard(place)
        current = self.workers[place]
        if current is not None and current.is_told_to_stop:
            # Its last poll may take a while; it must not be the place's worker for good.
            await current.wait(30)
        if current is not None and current.status is None:
            return
        variables = {}
        if self.runtimes:
            self.runtimes[place].forget()
            self.runtimes[place].is_open.set()
            variables = {"AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.runtimes[place].port}", "METRICS_FORMAT": "none"}
            variables["SQS_MAX_RECEIVE_COUNT"] = str(self.plan.settings.max_receives)
        self.workers[place] = await self._start("worker", ["run"], self.role("worker"), f"worker-{place}", variables)

    async def _supervise(self) -> None:
        """Lambda starts a new process when one ends."""
        while True:
            await asyncio.sleep(0.5)
            for place, worker in enumerate(self.workers):
                if worker is not None and worker.status is not None and place not in self._away:
                    await self.start_worker(place)

    async def _start(self, program: str, arguments: list[str], role: str, name: str, more: dict[str, str] | None = None) -> Process:
        self._number += 1
        path = self.folder / f"{self._number:03}-{name.replace('/', '_')}.log"
        variables = self.environment(role) | (more or {})
        process = await Process.start(name, [str(self.build.programs / program), *arguments], variables, path)
        self.programs.append(process)
        return process

    def end_worker(self, place: int, how: str) -> None:
        """Kills a worker, or asks it to stop."""
        worker = self.workers[place]
        if worker is None or worker.status is not None:
            return
        self._away.add(place)
        self.count_crash()
        self.killed.add(worker.pid)
        if how == "kill":
            worker.kill()
        else:
            worker.send(signal.SIGTERM)
        if self.runtimes:
            # Nothing more is handed out, and what was handed out comes again.
            self.runtimes[place].is_open.clear()
            self.runtimes[place].forget()

    async def freeze_worker(self, place: int) -> None:
        """A worker stands still. Lambda does that between invocations alone."""
        if self.runtimes:
            self.runtimes[place].is_open.clear()
            await self.runtimes[place].is_idle.wait()
        else:
            self.count_crash()
        worker = self.workers[place]
        if worker is not None:
            worker.send(signal.SIGSTOP)

    def thaw_worker(self, place: int) -> None:
        """It goes on."""
        worker = self.workers[place]
        if worker is not None:
            worker.send(signal.SIGCONT)
        if self.runtimes:
            self.runtimes[place].is_open.set()

    async def sql(self, statement: str) -> str:
        """As the administrator, past the proxies."""
        return await self.servers.postgres.sql(statement, self.database)

    async def grant(self) -> None:
        """Gives the roles their rights, all of them."""
        await self.servers.postgres.script(self.build.root / "infra/sql/grants.sql", self.database, role="user_sync_owner")

    async def rows(self, statement: str) -> list[dict[str, object]]:
        """The rows of a query, as the administrator."""
        output = await self.sql(
            f"COPY (SELECT row_to_json(r) FROM ({statement}) AS r) TO STDOUT (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')"
        )
        return [json.loads(line) for line in output.splitlines()]

    async def table(self) -> Table:
        """The table as it is."""
        rows = await self.rows(schema.TABLE_QUERY)
        return {
            str(each["user_name"]): Row(
                name=str(each["user_name"]),
                legacy_id=_integer(each["legacy_id"]),
                email=str(each["email"]),
                created=_integer(each["created"]),
                deleted=None if each["deleted"] is None else bool(each["deleted"]),
                version=str(each["version"]),
            )
            for each in rows
        }


def _integer(value: object) -> int | None:
    return None if value is None else int(str(value))
