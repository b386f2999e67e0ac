"""What is measured: each contender knows how to prepare its database, what to keep running, and which command is one sync."""

import time

from . import processes
from .goals import FEWEST_USERS


class Contender:
    """One way to bring the users into PostgreSQL. `name` is also the name of its database and its queue."""

    name = ""
    reads_source = True
    uses_queue = False

    def __init__(self, stack, *, workers=None, settings=None, port=None):
        """`settings` are more environment for its programs, `port` that of a proxy before PostgreSQL."""
        self.stack = stack
        self.queue = {}
        self.workers = []
        self.wanted_workers = workers or stack.options.workers
        self.settings = settings or {}
        self.port = port

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
                for number in range(self.wanted_workers)
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
        return self.stack.environment(self.stack.postgres.environment(self.database, self.port), self.queue, self.settings, *parts)

    def worker_command(self):
        raise NotImplementedError

    def command(self):
        """The command that is one sync."""
        raise NotImplementedError

    def extra_environment(self):
        return {}

    def prepare_run(self, stream):
        """What a run needs beforehand and is not measured."""

    def updates(self):
        """Rows of the table that were updated so far, and those of them that stayed on their page; none when that is not looked at."""
        return None

    def check(self, stream):
        """Ends the benchmark when the table is not what the source holds: a wrong result has no speed."""
        source = self.stack.source
        found = self.stack.postgres.value(self.database, source.digest_query(stream))
        expected = source.expected_digest(stream)
        if found != expected:
            raise SystemExit(f"{self.name}: the table is wrong after a sync: {found} instead of {expected}")

    def run(self, stream):
        environment = self.environment(self.extra_environment())
        return processes.run(self.name, self.command(), environment=environment, log=self.stack.folder / f"{self.name}.log",
                             limit=1800 + 3 * stream.shortest_seconds)


class UserSync(Contender):
    name = "user-sync"
    uses_queue = True

    @property
    def executables(self):
        return self.stack.executables

    def create_tables(self):
        self.stack.migrate(self.database, self.executables, self.settings)

    def worker_command(self):
        return [self.executables / "worker", "run"]

    def command(self):
        return [self.executables / "orchestrator", "sync"]

    def extra_environment(self):
        return {**self.stack.source_environment, "LOG_FORMAT": "json"}

    def updates(self):
        own = self.stack.postgres.value(self.database, "SELECT coalesce(sum(updated), 0)::bigint FROM sync_logs")
        # With few users the figure tells nothing, and is not waited for.
        return self.stack.postgres.settled_updates(self.database, own, 12 if self.stack.options.users >= FEWEST_USERS else 0)


class UserSyncFull(UserSync):
    """The same, with every user sent on every sync."""

    name = "user-sync-full"

    def extra_environment(self):
        return {**super().extra_environment(), "SYNC_MODE": "full"}

    def updates(self):
        # The same rows in the same way: once is enough to wait for.
        return None


class EarlierUserSync(UserSync):
    """An earlier build of the same: its programs are in the folder that `--against` names."""

    name = "before"

    @property
    def executables(self):
        return self.stack.against
