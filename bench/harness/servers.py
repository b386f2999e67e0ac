"""Servers of the harness that only some parts need."""

import sys

from .ports import free_port
from .processes import wait_until
from .stack import ROOT


class DelayingProxy:
    """A process before PostgreSQL that hands each answer on so many milliseconds later."""

    def __init__(self, processes, upstream, milliseconds):
        self.processes, self.port = processes, free_port()
        self.ready = processes.folder / f"proxy-{self.port}.ready"
        self.process = processes.start(
            "proxy", [sys.executable, ROOT / "bench/servers/delaying_proxy.py", self.port, upstream, milliseconds, self.ready])

    def __enter__(self):
        wait_until(20, "the delaying proxy listens", lambda: self.process.check() or self.ready.exists())
        return self

    def __exit__(self, *_):
        self.processes.stop(self.process)
