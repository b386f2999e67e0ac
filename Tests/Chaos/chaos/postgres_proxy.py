"""A proxy before PostgreSQL that knows the borders of its messages: it can lose an answer after the statement took effect."""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import dataclass, field

SSL_REQUEST, GSS_REQUEST, CANCEL_REQUEST = 80877103, 80877104, 80877102


@dataclass(eq=False)
class _Link:
    """One connection through the proxy."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    program: str  # the application name that it came with
    loses_answer: bool = False
    is_client_gone: bool = False
    is_server_gone: bool = False
    tasks: list[asyncio.Task[None]] = field(default_factory=list)


class PostgresProxy:
    """One address of the database. Several may lead to the same server: then only one of them accepts, as in a failover."""

    def __init__(self, upstream: int) -> None:
        self._upstream = upstream
        self._server: asyncio.Server | None = None
        self._links: set[_Link] = set()
        self._passing = asyncio.Event()
        self._passing.set()
        self._losses = 0
        self._loss_text = b""
        self.accepts = True
        self.port = 0

    async def start(self) -> None:
        """Begins to listen."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Ends all connections and stops listening."""
        if self._server is not None:
            self._server.close()
        self.cut()

    def heal(self) -> None:
        """Passes on everything again."""
        self.accepts = True
        self._losses = 0
        self._passing.set()

    def cut(self) -> None:
        """Cuts every connection on both sides."""
        for link in list(self._links):
            _abort(link.client)
            _abort(link.server)

    def hold(self) -> None:
        """Lets nothing pass until `heal`."""
        self._passing.clear()

    def cut_clients(self, seconds: float) -> None:
        """Resets the programs' side alone: the server keeps the sessions, with their locks, for a while."""
        for link in list(self._links):
            link.is_client_gone = True
            _abort(link.client)
            asyncio.get_running_loop().call_later(seconds, _abort, link.server)

    def cut_server(self, seconds: float) -> None:
        """Resets the server's side alone: the programs hear nothing for a while."""
        for link in list(self._links):
            link.is_server_gone = True
            _abort(link.server)
            asyncio.get_running_loop().call_later(seconds, _abort, link.client)

    def lose_answers(self, count: int, text: str) -> None:
        """Loses the answers to the next statements that contain `text`, and the connection with each."""
        self._losses, self._loss_text = count, text.encode()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.accepts:
            _abort(writer)
            return
        try:
            await self._passing.wait()
            startup = await self._startup(reader, writer)
            upstream_reader, upstream = await asyncio.open_connection("127.0.0.1", self._upstream)
        except (asyncio.IncompleteReadError, OSError):
            _abort(writer)
            return
        upstream.write(startup)
        link = _Link(writer, upstream, _application(startup))
        self._links.add(link)
        link.tasks = [
            asyncio.create_task(self._from_client(link, reader)),
            asyncio.create_task(self._from_server(link, upstream_reader)),
        ]
        await asyncio.wait(link.tasks)
        self._links.discard(link)

    async def _startup(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        """The first message. A request for encryption is declined, as by a server without certificates."""
        while True:
            size = await reader.readexactly(4)
            rest = await reader.readexactly(int.from_bytes(size) - 4)
            if int.from_bytes(rest[:4]) not in (SSL_REQUEST, GSS_REQUEST):
                return size + rest
            writer.write(b"N")

    async def _from_client(self, link: _Link, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                kind = await reader.readexactly(1)
                size = await reader.readexactly(4)
                content = await reader.readexactly(int.from_bytes(size) - 4)
                await self._passing.wait()
                if self._losses > 0 and kind in b"QPBE" and not link.loses_answer and self._loss_text in content:
                    self._losses -= 1
                    link.loses_answer = True
                link.server.write(kind + size + content)
                await link.server.drain()
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            if not link.is_client_gone:
                _finish(link.server)

    async def _from_server(self, link: _Link, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                kind = await reader.readexactly(1)
                size = await reader.readexactly(4)
                content = await reader.readexactly(int.from_bytes(size) - 4)
                await self._passing.wait()
                if link.loses_answer:
                    if kind == b"Z":
                        _abort(link.client)
                        _abort(link.server)
                        return
                    continue
                link.client.write(kind + size + content)
                await link.client.drain()
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            if not link.is_server_gone:
                _finish(link.client)


def _application(startup: bytes) -> str:
    words = startup[8:].split(b"\0")
    return words[words.index(b"application_name") + 1].decode() if b"application_name" in words else ""


def _abort(writer: asyncio.StreamWriter) -> None:
    connection = writer.get_extra_info("socket")
    if connection is not None:
        try:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except OSError:
            pass
    writer.transport.abort()


def _finish(writer: asyncio.StreamWriter) -> None:
    try:
        writer.close()
    except OSError:
        pass
