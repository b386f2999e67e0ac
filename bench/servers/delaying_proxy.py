"""A TCP proxy on 127.0.0.1 that hands on what the server answers some milliseconds later: a database that is further away.

Usage: delaying_proxy.py PORT UPSTREAM_PORT MILLISECONDS READY_FILE

It adds latency and no limit of bandwidth: answers that follow each other closely are under way at the same time.
"""

import asyncio
import sys
from collections import deque
from pathlib import Path

# Above so much on its way, the sender waits.
MOST_BYTES = 4 << 20


class End(asyncio.Protocol):
    """One side of a connection; what it receives goes to the other side after `delay` seconds."""

    def __init__(self, delay):
        self.delay = delay
        self.other = None
        self.transport = None
        self.pending = deque()  # (when, bytes); no bytes mean that nothing follows
        self.pending_bytes = 0
        self.timer = None

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self._pass_on(data)

    def connection_lost(self, _error):
        self._pass_on(b"")

    def pause_writing(self):
        if self.other.transport:
            self.other.transport.pause_reading()

    def resume_writing(self):
        if self.other.transport and self.other.pending_bytes <= MOST_BYTES:
            self.other.transport.resume_reading()

    def _pass_on(self, data):
        loop = asyncio.get_running_loop()
        self.pending.append((loop.time() + self.delay, data))
        self.pending_bytes += len(data)
        if self.pending_bytes > MOST_BYTES:
            self.transport.pause_reading()
        if self.delay == 0:
            self._flush()
        elif self.timer is None:
            self.timer = loop.call_at(self.pending[0][0], self._flush)

    def _flush(self):
        self.timer = None
        loop = asyncio.get_running_loop()
        was_full = self.pending_bytes > MOST_BYTES
        # A timer may fire a little early.
        while self.pending and self.pending[0][0] <= loop.time() + 0.0001:
            data = self.pending.popleft()[1]
            self.pending_bytes -= len(data)
            if not data:
                self.other.transport.close()
            elif not self.other.transport.is_closing():
                self.other.transport.write(data)
        if was_full and self.pending_bytes <= MOST_BYTES:
            self.transport.resume_reading()
        if self.pending:
            self.timer = loop.call_at(self.pending[0][0], self._flush)


class Client(End):
    """The program's side: it opens the connection to the server, and holds back what comes before that is there."""

    def __init__(self, upstream, delay):
        super().__init__(0)
        self.upstream = upstream
        self.server = End(delay)
        self.other, self.server.other = self.server, self
        self.tasks = set()

    def connection_made(self, transport):
        super().connection_made(transport)
        transport.pause_reading()
        task = asyncio.get_running_loop().create_task(self._connect())
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _connect(self):
        try:
            await asyncio.get_running_loop().create_connection(lambda: self.server, "127.0.0.1", self.upstream)
        except OSError:
            self.transport.abort()
        else:
            self.transport.resume_reading()

    def connection_lost(self, error):
        # Without a server nobody is to be told.
        if self.server.transport:
            super().connection_lost(error)


async def main():
    port, upstream, milliseconds = map(int, sys.argv[1:4])
    server = await asyncio.get_running_loop().create_server(
        lambda: Client(upstream, milliseconds / 1000), "127.0.0.1", port)
    Path(sys.argv[4]).touch()
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
