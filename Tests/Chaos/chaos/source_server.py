"""The legacy API of a trial: it says what the plan says, byte by byte, and fails as the plan fails."""

from __future__ import annotations

import asyncio
import logging
import re
import socket
import struct
import time

from .plan import Attempt

log = logging.getLogger("chaos.source")
ANSWER = {200: "OK", 401: "Unauthorized", 429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable"}


class SourceServer:
    """One legacy API on a free port. `began` and `ended` tell when a sync first got, and had got, a whole body."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.port = 0
        self.began = asyncio.Event()
        self.ended = asyncio.Event()
        self.requests = 0
        self._body = b""
        self._attempts: list[Attempt] = []
        self._framing = "chunked"
        self._seconds = 1.0
        self._streams: set[asyncio.StreamWriter] = set()
        self._silent_until = 0.0
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Begins to listen."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Ends all streams and stops listening."""
        self.cut("reset")
        if self._server is not None:
            self._server.close()

    def say(self, body: bytes, attempts: list[Attempt], framing: str, seconds: float) -> None:
        """What the next sync is told."""
        self._body, self._attempts, self._framing, self._seconds = body, list(attempts), framing, seconds
        self._silent_until = 0
        self.requests = 0
        self.began.clear()
        self.ended.clear()

    def cut(self, how: str) -> None:
        """Cuts all streams under way: `close` ends them cleanly for TCP, `reset` does not."""
        for writer in list(self._streams):
            _end(writer, how)

    def silence(self, seconds: float) -> None:
        """Sends nothing for a while."""
        self._silent_until = time.monotonic() + seconds

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._streams.add(writer)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.requests += 1
                if f"x-api-key: {self.key}".lower() not in head.decode("latin-1").lower():
                    await self._status(writer, 401)
                    continue
                await self._answer(writer, self._attempts.pop(0) if self._attempts else Attempt("complete"))
        except (asyncio.IncompleteReadError, ConnectionError, OSError, asyncio.CancelledError):
            # Cancelled: the trial has ended, and with it its streams.
            pass
        finally:
            self._streams.discard(writer)
            writer.close()

    async def _status(self, writer: asyncio.StreamWriter, status: int) -> None:
        wait = "Retry-After: 1\r\n" if status == 429 else ""
        writer.write(f"HTTP/1.1 {status} {ANSWER[status]}\r\n{wait}Content-Length: 0\r\n\r\n".encode())
        await writer.drain()

    async def _answer(self, writer: asyncio.StreamWriter, attempt: Attempt) -> None:
        if attempt.kind in ("500", "429", "503"):
            await self._status(writer, int(attempt.kind))
            return
        whole = attempt.kind == "complete"
        body = self._body if whole else _with_stray(self._body)
        end = len(body) if whole else int(len(body) * attempt.place)
        # Blanks would fill up a length, and so complete the body.
        framing = "chunked" if attempt.kind == "blanks" else self._framing
        length = f"Content-Length: {len(body)}" if framing == "length" else "Transfer-Encoding: chunked"
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{length}\r\n\r\n".encode())
        if whole:
            self.began.set()
        await self._send(writer, body[:end], framing)
        if whole:
            if framing == "chunked":
                writer.write(b"0\r\n\r\n")
            await writer.drain()
            self.ended.set()
            return
        if attempt.kind == "stall":
            await asyncio.sleep(120)
        while attempt.kind == "blanks":
            _write(writer, b" \n", framing)
            await writer.drain()
            await asyncio.sleep(0.5)
        _end(writer, "reset" if attempt.kind == "reset" else "close")
        raise ConnectionError

    async def _send(self, writer: asyncio.StreamWriter, body: bytes, framing: str) -> None:
        """Sends in pieces that end anywhere, over about the time that the plan gives."""
        steps = max(1, min(int(self._seconds / 0.05), len(body) // 37))
        size = max(1, -(-len(body) // steps))
        for start in range(0, len(body), size):
            while time.monotonic() < self._silent_until:
                await asyncio.sleep(0.05)
            _write(writer, body[start : start + size], framing)
            await writer.drain()
            await asyncio.sleep(self._seconds / steps)


def _with_stray(body: bytes) -> bytes:
    """The body with a broken record at its head: what an attempt that fails has said may be gone in the next one, and so must be what it
    left on record."""
    head = re.match(rb"\s*(\[?)\s*(?=\{)", body)
    if head is None:
        return body
    return body[: head.end()] + b'{"id":7}' + (b"," if head[1] else b"\n") + body[head.end() :]


def _write(writer: asyncio.StreamWriter, content: bytes, framing: str) -> None:
    writer.write(content if framing == "length" else b"%x\r\n%b\r\n" % (len(content), content))


def _end(writer: asyncio.StreamWriter, how: str) -> None:
    connection = writer.get_extra_info("socket")
    if how == "reset" and connection is not None:
        try:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except OSError:
            pass
        writer.transport.abort()
    else:
        writer.close()
