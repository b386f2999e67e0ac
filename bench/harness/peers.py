"""The contenders that are not ours, and the list of all."""

import json
import os
import subprocess
import time

from .contenders import Contender, UserSync, UserSyncFull
from .stack import PEERS


class PythonScript(Contender):
    name = "script"
    uses_queue = True

    def create_tables(self):
        super().create_tables()
        self.stack.postgres.execute(
            self.database, "CREATE TABLE script_batches (sync text, batch int, PRIMARY KEY (sync, batch))")

    def worker_command(self):
        return self.stack.python("script_worker.py")

    def command(self):
        return self.stack.python("script_orchestrator.py")

    def extra_environment(self):
        return self.stack.source_environment


class Dlt(Contender):
    name = "dlt"

    def create_tables(self):
        pass

    def prepare(self):
        super().prepare()
        self.folder = self.stack.folder / f"dlt-{time.time_ns()}"

    def command(self):
        return self.stack.python("dlt_merge.py")

    def extra_environment(self):
        return {**self.stack.source_environment, "DLT_FOLDER": str(self.folder), "RUNTIME__DLTHUB_TELEMETRY": "false"}

    def check(self, stream):
        # dlt keeps its own columns and knows no tie-break: the number of rows is what can be compared.
        found = self.stack.postgres.value(self.database, "SELECT count(*) FROM dlt.users")
        expected = self.stack.source.expected_rows(stream)
        if found != expected:
            raise SystemExit(f"{self.name}: {found} rows after a sync instead of {expected}")


class ByHand(Contender):
    name = "by-hand"
    reads_source = False

    def prepare_run(self, stream):
        self.file = self.stack.folder / f"copy-{stream.name}.tsv"
        if self.file.exists():
            return
        body = self.stack.source.body_file(stream)
        with body.open("rb") as input, self.file.open("wb") as output:
            subprocess.run(self.stack.python("copy_text.py"), stdin=input, stdout=output, check=True)

    def command(self):
        return [PEERS / "by_hand.sh", self.file]


class FileReader(Contender):
    """A peer that reads a file of JSON lines, made beforehand, into a table of its own: no HTTP, no queue, each name once."""

    reads_source = False
    lines = ()

    def create_tables(self):
        pass

    def prepare_run(self, stream):
        self.file = self.stack.folder / f"{self.name}-{stream.name}.jsonl"
        if self.file.exists():
            return
        body = self.stack.source.body_file(stream)
        with body.open("rb") as input, self.file.open("wb") as output:
            subprocess.run([*self.stack.python("newest_lines.py"), *self.lines], stdin=input, stdout=output, check=True)

    def check(self, stream):
        # Its table, as the product's columns, for as long as it is looked at. Neither keeps a time zone: what it wrote is UTC.
        self.stack.postgres.execute(self.database, f"""
            CREATE VIEW users AS
            SELECT id AS legacy_id, "userName" AS user_name, email, "createdAt" AT TIME ZONE 'UTC' AS legacy_created_at, deleted
            FROM {self.name}.users""")
        try:
            super().check(stream)
        finally:
            self.stack.postgres.execute(self.database, "DROP VIEW users")


class Sling(FileReader):
    name = "sling"

    def prepare(self):
        super().prepare()
        found = list(self.stack.peers.glob("lib/python3*/site-packages/sling_linux_amd64/bin/sling-linux-amd64"))
        if not found or os.uname().machine != "x86_64":
            raise SystemExit("sling runs on Linux on x86-64 only: leave it out with --only")
        self.program = found[0]
        # Its package does not mark it as a program.
        self.program.chmod(0o755)

    def command(self):
        return [self.program, "run", "--src-stream", f"file://{self.file}", "--src-options", '{"format": "jsonlines", "flatten": true}',
                "--tgt-conn", "BENCH", "--tgt-object", "sling.users", "--mode", "incremental", "--primary-key", "userName"]

    def extra_environment(self):
        return {"BENCH": self.stack.postgres.url(self.database) + "?sslmode=disable",
                "SLING_HOME_DIR": str(self.stack.folder / "sling"), "SLING_DISABLE_TELEMETRY": "TRUE"}


class Singer(FileReader):
    """As its documents advise for speed: COPY. Batches are the 10 000 rows of its SDK, and it adds no columns of its own."""

    name = "singer"
    lines = ("singer",)

    def command(self):
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
