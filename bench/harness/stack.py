"""The servers that all contenders share, and what they measure with."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from .postgres import Postgres
from .processes import Processes
from .source import Source
from .sqs import SQSServer

ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT / "bench/peers"


class Stack:
    def __init__(self, options):
        self.options = options
        self.executables = Path(options.executables).resolve()
        self.against = Path(options.against).resolve() if options.against else None
        # The environment of sling and the Singer target.
        self.peers = Path(options.peers)
        # PostgreSQL's own account must be able to pass through; its socket's path may have 107 bytes at most.
        self.temporary = tempfile.TemporaryDirectory(prefix="user-sync-bench-", ignore_cleanup_errors=True)
        self.folder = Path(self.temporary.name)
        self.folder.chmod(0o711)
        self.processes = Processes(self.folder)

    def __enter__(self):
        try:
            self.postgres = Postgres(self.processes, self.folder, self.options.users)
            self.sqs = SQSServer(self.processes, self.folder)
            self.source = Source(self.processes, self.executables, self.folder)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.processes.stop_all()
        self.temporary.cleanup()

    def environment(self, *parts):
        """The caller's environment without what could lead a contender elsewhere, and then the given parts."""
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith(("PG", "AWS_", "SQS_", "SYNC_", "LEGACY_", "DATABASE_", "LOG_", "WORKER_"))}
        for part in parts:
            kept.update(part)
        return kept

    def python(self, script):
        return [sys.executable, PEERS / script]

    def migrate(self, database, executables=None, settings=None):
        """The tables of the product: the peers write into the same ones."""
        subprocess.run([(executables or self.executables) / "orchestrator", "migrate"], check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       env=self.environment(self.postgres.environment(database), settings or {}))
