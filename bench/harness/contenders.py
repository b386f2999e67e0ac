"""Who is measured: each knows how to prepare its database, what to keep running, and which command is one sync."""

import json
import os
import subprocess
import time

from . import processes
from .stack import PEERS


class Contender:
    """One way to bring the users into PostgreSQL. `name` is also the name of its database and its queue."""

    name = ""
    title = ""
    reads_source = True
    uses_queue = False

    def __init__(self, stack):
        self.stack = stack
        self.queue = {}
        self.workers = []

    @property
    def database(self):
        return "bench_" + self.name.replace("-", "_")

    def prepare(self):
        """An empty database with its tables, a queue, and workers that wait."""
        self.stack.postgres.create(self.database)
        self.create_tables()
        if self.uses_queue:
            self.queue = self.stack.sqs.create(f"{self.name}-{time.time_ns()}")
            environment = self.environment()
            self.workers = [
                self.stack.processes.start(f"{self.name}-worker-{number + 1}", self.worker_command(), environment=environment)
                for number in range(self.stack.options.workers)
            ]

    def leave(self):
        """Takes the workers and the queue away. At once: what a worker does when it is asked to stop is not measured here."""
        for worker in self.workers:
            worker.child.kill()
            self.stack.processes.stop(worker)
        self.workers = []
        if self.queue:
            self.stack.sqs.delete(self.queue)

    def create_tables(self):
        self.stack.migrate(self.database)

    def environment(self, *parts):
        return self.stack.environment(self.stack.postgres.environment(self.database), self.queue, *parts)

    def worker_command(self):
        raise NotImplementedError

    def command(self, generation, users):
        """The command that is one sync."""
        raise NotImplementedError

    def extra_environment(self):
        return {}

    def prepare_run(self, generation, users):
        """What a run needs beforehand and is not measured."""

    def check(self, generation, users):
        """Ends the benchmark when the table is not what the source holds: a wrong result has no speed."""
        source = self.stack.source
        found = self.stack.postgres.value(self.database, source.digest_query())
        expected = source.expected_digest(generation, users)
        if found != expected:
            raise SystemExit(f"{self.name}: the table is wrong after a sync: {found} instead of {expected}")

    def run(self, generation, users):
        environment = self.environment(self.extra_environment())
        return processes.run(self.name, self.command(generation, users), environment=environment,
                             log=self.stack.folder / f"{self.name}.log")


class UserSync(Contender):
    name = "user-sync"
    title = "User Sync"
    uses_queue = True

    def worker_command(self):
        return [self.stack.executables / "worker", "run"]

    def command(self, generation, users):
        return [self.stack.executables / "orchestrator", "sync"]

    def extra_environment(self):
        return {**self.stack.source_environment, "LOG_FORMAT": "json"}


class UserSyncFull(UserSync):
    """The same, with every user sent on every sync."""

    name = "user-sync-full"
    title = "User Sync, SYNC_MODE=full"

    def extra_environment(self):
        return {**super().extra_environment(), "SYNC_MODE": "full"}


class PythonScript(Contender):
    name = "script"
    title = "Python script (requests, boto3, psycopg)"
    uses_queue = True

    def create_tables(self):
        super().create_tables()
        self.stack.postgres.execute(
            self.database, "CREATE TABLE script_batches (sync text, batch int, PRIMARY KEY (sync, batch))")

    def worker_command(self):
        return self.stack.python("script_worker.py")

    def command(self, generation, users):
        return self.stack.python("script_orchestrator.py")

    def extra_environment(self):
        return self.stack.source_environment


class Dlt(Contender):
    name = "dlt"
    title = "dlt, merge"

    def create_tables(self):
        pass

    def prepare(self):
        super().prepare()
        self.folder = self.stack.folder / f"dlt-{time.time_ns()}"

    def command(self, generation, users):
        return self.stack.python("dlt_merge.py")

    def extra_environment(self):
        return {**self.stack.source_environment, "DLT_FOLDER": str(self.folder), "RUNTIME__DLTHUB_TELEMETRY": "false"}

    def check(self, generation, users):
        # dlt keeps its own columns and knows no tie-break: the number of rows is what can be compared.
        found = self.stack.postgres.value(self.database, "SELECT count(*) FROM dlt.users")
        expected = self.stack.source.expected_rows(generation, users)
        if found != expected:
            raise SystemExit(f"{self.name}: {found} rows after a sync instead of {expected}")


class ByHand(Contender):
    name = "by-hand"
    title = "COPY to staging + one merge, by hand"
    reads_source = False

    def prepare_run(self, generation, users):
        self.file = self.stack.folder / f"copy-{generation}-{users}.tsv"
        if self.file.exists():
            return
        body = self.stack.source.body_file(generation, users)
        with body.open("rb") as stream, self.file.open("wb") as output:
            subprocess.run(self.stack.python("copy_text.py"), stdin=stream, stdout=output, check=True)

    def command(self, generation, users):
        return [PEERS / "by_hand.sh", self.file]


class FileReader(Contender):
    """A peer that reads a file of JSON lines, made beforehand, into a table of its own: no HTTP, no queue, each name once."""

    reads_source = False
    lines = ()

    def create_tables(self):
        pass

    def prepare_run(self, generation, users):
        self.file = self.stack.folder / f"{self.name}-{generation}-{users}.jsonl"
        if self.file.exists():
            return
        body = self.stack.source.body_file(generation, users)
        with body.open("rb") as stream, self.file.open("wb") as output:
            subprocess.run([*self.stack.python("newest_lines.py"), *self.lines], stdin=stream, stdout=output, check=True)

    def check(self, generation, users):
        # Its table, as the product's columns, for as long as it is looked at. Neither keeps a time zone: what it wrote is UTC.
        self.stack.postgres.execute(self.database, f"""
            CREATE VIEW users AS
            SELECT id AS legacy_id, "userName" AS user_name, email, "createdAt" AT TIME ZONE 'UTC' AS legacy_created_at, deleted
            FROM {self.name}.users""")
        try:
            super().check(generation, users)
        finally:
            self.stack.postgres.execute(self.database, "DROP VIEW users")


class Sling(FileReader):
    name = "sling"
    title = "sling, incremental by key"

    def prepare(self):
        super().prepare()
        found = list(self.stack.peers.glob("lib/python3*/site-packages/sling_linux_amd64/bin/sling-linux-amd64"))
        if not found or os.uname().machine != "x86_64":
            raise SystemExit("sling runs on Linux on x86-64 only: leave it out with --only")
        self.program = found[0]
        # Its package does not mark it as a program.
        self.program.chmod(0o755)

    def command(self, generation, users):
        return [self.program, "run", "--src-stream", f"file://{self.file}", "--src-options", '{"format": "jsonlines", "flatten": true}',
                "--tgt-conn", "BENCH", "--tgt-object", "sling.users", "--mode", "incremental", "--primary-key", "userName"]

    def extra_environment(self):
        return {"BENCH": self.stack.postgres.url(self.database) + "?sslmode=disable",
                "SLING_HOME_DIR": str(self.stack.folder / "sling"), "SLING_DISABLE_TELEMETRY": "TRUE"}


class Singer(FileReader):
    """As its documents advise for speed: COPY. Batches are the 10 000 rows of its SDK, and it adds no columns of its own."""

    name = "singer"
    title = "Singer, meltanolabs-target-postgres"
    lines = ("singer",)

    def command(self, generation, users):
        return [self.stack.peers / "bin/target-postgres", "--config", self.config, "--input", self.file]

    def prepare(self):
        super().prepare()
        self.config = self.stack.folder / "singer.json"
        self.config.touch(mode=0o600)
        self.config.write_text(json.dumps({
            "sqlalchemy_url": self.stack.postgres.url(self.database).replace("postgresql:", "postgresql+psycopg:"),
            "default_target_schema": "singer", "use_copy": True, "load_method": "upsert", "batch_size_rows": 10_000,
            "add_record_metadata": False, "activate_version": False}))


CONTENDERS = {contender.name: contender for contender in (
    UserSync, UserSyncFull, PythonScript, Dlt, Sling, Singer, ByHand)}
