"""The legacy API: the simulator, with the same bytes for everyone who reads it."""

import os
import secrets
import subprocess
import time
from dataclasses import dataclass, replace

from .processes import wait_until


@dataclass(frozen=True)
class Stream:
    """What the source serves: so many users of one generation, of which each has so many users changed."""

    users: int
    generation: int = 0
    changed_rate: float = 0.01
    interval_ms: int = 0  # between two arrays
    own_fields: str = ""  # fields beyond the five, as SYNC_EXTRA_FIELDS names them

    def next(self, **other):
        """The same users later: the changed ones have changed."""
        return replace(self, generation=self.generation + 1, **other)

    def options(self):
        own = ["--own-fields", self.own_fields] if self.own_fields else []
        return ["--users", self.users, "--generation", self.generation, "--changed-rate", self.changed_rate, "--damaged-rate", "0", *own]

    @property
    def shortest_seconds(self):
        """How long the source takes at least, with a hundred users per array."""
        return self.users / 100 * self.interval_ms / 1000

    @property
    def name(self):
        return f"{self.users}-{self.generation}-{self.changed_rate}" + ("-more" if self.own_fields else "")


class Source:
    """Serves streams, and knows what the table must hold after each.

    Junk between arrays and repeated names come as in the real source. What differs: no answer is an error, since a random pause
    before a second try would measure the dice; and no record is damaged inside its array, which the peers' decoders do not survive.
    """

    def __init__(self, processes, executables, folder):
        self.processes, self.executables, self.folder = processes, executables, folder
        self.digests = {}
        self.key = secrets.token_urlsafe(18)
        self.ended_at = None

    def serve(self, stream):
        """Starts the server; returns the process and the environment that names it."""
        port_file = self.folder / "simulator.port"
        port_file.unlink(missing_ok=True)
        self.ended_at = None
        process = self.processes.start(
            "simulator",
            [self.executables / "legacy-simulator", "serve", "--port-file", port_file, "--interval-ms", stream.interval_ms,
             "--error-500-rate", "0", "--error-429-rate", "0", *stream.options()],
            environment={**os.environ, "LEGACY_API_KEY": self.key, "LOG_LEVEL": "info"}, on_line=self._line)
        wait_until(60, "the simulator listens", lambda: process.check() or port_file.exists())
        url = f"http://127.0.0.1:{port_file.read_text().strip()}/external/users"
        return process, {"LEGACY_API_URL": url, "LEGACY_API_KEY": self.key}

    def _line(self, line):
        if b"stream complete" in line:
            self.ended_at = time.time()

    def body_file(self, stream, junk_rate=None):
        """The whole stream in a file, made when it is asked for first."""
        file = self.folder / f"body-{stream.name}-{'all' if junk_rate is None else junk_rate}.json"
        if not file.exists():
            command = [self.executables / "legacy-simulator", "body", *stream.options()]
            command += [] if junk_rate is None else ["--junk-rate", junk_rate]
            with file.open("wb") as output:
                subprocess.run([*map(str, command)], check=True, stdout=output)
        return file

    def expected_digest(self, stream):
        """Computed once: it takes seconds for a million users, and each contender's table is compared with it."""
        if stream.name not in self.digests:
            self.digests[stream.name] = self._simulator("expected", "--digest", *stream.options()).strip()
        return self.digests[stream.name]

    def digest_query(self, stream):
        return self._simulator("expected", "--digest-sql", *stream.options()).strip().rstrip(";")

    def expected_rows(self, stream):
        return int(self.expected_digest(stream).split()[0])

    def _simulator(self, *arguments):
        command = [self.executables / "legacy-simulator", *map(str, arguments)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout
