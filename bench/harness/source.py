"""The legacy API: the simulator, with the same bytes for everyone who reads it."""

import os
import secrets
import subprocess
import time

from .processes import wait_until


class Source:
    """Users of one generation; later ones have 1% of the users changed.

    Junk between arrays and repeated names come as in the real source. What differs: no answer is an error, since a random pause
    before a second try would measure the dice; and no record is damaged inside its array, which the peers' decoders do not survive.
    """

    def __init__(self, processes, executables, folder, users):
        self.processes, self.executables, self.folder = processes, executables, folder
        self.users = users
        self.key = secrets.token_urlsafe(18)
        self.ended_at = None

    def data_options(self, generation, users=None):
        return ["--users", users or self.users, "--generation", generation, "--changed-rate", "0.01", "--damaged-rate", "0"]

    def serve(self, generation, *, interval_ms=0, users=None):
        """Starts the server; returns the process and the environment that names it."""
        port_file = self.folder / "simulator.port"
        port_file.unlink(missing_ok=True)
        self.ended_at = None
        process = self.processes.start(
            "simulator",
            [self.executables / "legacy-simulator", "serve", "--port-file", port_file, "--interval-ms", interval_ms,
             "--error-500-rate", "0", "--error-429-rate", "0", *self.data_options(generation, users)],
            environment={**os.environ, "LEGACY_API_KEY": self.key, "LOG_LEVEL": "info"}, on_line=self._line)
        wait_until(60, "the simulator listens", lambda: process.check() or port_file.exists())
        url = f"http://127.0.0.1:{port_file.read_text().strip()}/external/users"
        return process, {"LEGACY_API_URL": url, "LEGACY_API_KEY": self.key}

    def _line(self, line):
        if b"stream complete" in line:
            self.ended_at = time.time()

    def body_file(self, generation, users=None, junk_rate=None):
        """The whole stream in a file, made when it is asked for first."""
        file = self.folder / f"body-{generation}-{users or self.users}-{'all' if junk_rate is None else junk_rate}.json"
        if not file.exists():
            command = [self.executables / "legacy-simulator", "body", *self.data_options(generation, users)]
            command += [] if junk_rate is None else ["--junk-rate", junk_rate]
            with file.open("wb") as output:
                subprocess.run([*map(str, command)], check=True, stdout=output)
        return file

    def expected_digest(self, generation, users=None):
        return self._simulator("expected", "--digest", *self.data_options(generation, users)).strip()

    def digest_query(self):
        return self._simulator("expected", "--digest-sql").strip().rstrip(";")

    def expected_rows(self, generation, users=None):
        return int(self.expected_digest(generation, users).split()[0])

    def _simulator(self, *arguments):
        command = [self.executables / "legacy-simulator", *map(str, arguments)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout
