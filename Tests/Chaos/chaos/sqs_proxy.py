"""A proxy before the SQS server: it fails, delays, doubles and swallows calls, each at the moment and as often as it is told."""

from __future__ import annotations

import asyncio
import json
import random
import time
from dataclasses import dataclass
from typing import Any

from . import sqs
from .sqs import Answer

KINDS = ("500", "503", "throttle", "cut", "lose_answer", "delay", "partial", "double", "hold", "text_500")


@dataclass(frozen=True)
class Rule:
    """Until `until`, this happens to a share of the calls of some operation (all of them when it is empty)."""

    kind: str
    until: float
    share: float
    operation: str = ""


class SQSProxy:
    """Listens on a free port and passes on what it does not spoil."""

    def __init__(self, upstream: int, seed: str) -> None:
        self._upstream = upstream
        self._dice = random.Random(seed)
        self._rules: list[Rule] = []
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.StreamWriter] = set()
        self.port = 0
        # Entries that the programs have sent, for being sent again much later.
        self.sent: list[dict[str, Any]] = []
        # How often an answer to a receive was lost: each uses up a receive of its messages.
        self.lost_receives = 0

    async def start(self) -> None:
        """Begins to listen."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Ends all connections and stops listening."""
        if self._server is not None:
            self._server.close()
        self.cut()

    def add(self, rule: Rule) -> None:
        """Spoils calls from now on."""
        self._rules.append(rule)

    def heal(self) -> None:
        """Passes on everything again."""
        self._rules = []

    def cut(self) -> None:
        """Cuts all connections that are open."""
        for writer in list(self._connections):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                fields = _fields(head)
                if "expect" in fields:
                    writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                body = await reader.readexactly(int(fields.get("content-length", "0")))
                answer = await self._answer(head, fields.get("x-amz-target", "").rpartition(".")[2], body)
                if answer is None:
                    writer.transport.abort()
                    return
                writer.write(_response(answer))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, OSError):
            pass
        finally:
            self._connections.discard(writer)
            writer.close()

    def _rule(self, operation: str) -> Rule | None:
        now = time.monotonic()
        for rule in self._rules:
            if now < rule.until and rule.operation in ("", operation) and self._dice.random() < rule.share:
                return rule
        return None

    async def _answer(self, head: bytes, operation: str, body: bytes) -> Answer | None:
        rule = self._rule(operation)
        kind = rule.kind if rule else ""
        if kind in ("500", "503"):
            return _error(int(kind), "com.amazonaws.sqs#InternalFailure")
        if kind == "text_500":
            return Answer(500, b"HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/plain\r\n\r\n", b"oops")
        if kind == "throttle":
            return _error(400, "com.amazonaws.sqs#RequestThrottled")
        if kind == "cut":
            return None
        if rule and kind in ("delay", "hold"):
            await asyncio.sleep(self._dice.random() * 3 if kind == "delay" else max(0, rule.until - time.monotonic()))
        if kind == "partial" and operation in ("SendMessageBatch", "DeleteMessageBatch", "ChangeMessageVisibilityBatch"):
            return await self._partial(head, operation, body)
        if operation in ("SendMessageBatch", "SendMessage"):
            self._remember(body)
        answer = await self._forward(head, body)
        if kind == "double" and operation == "SendMessageBatch":
            await self._double(body)
        if kind == "lose_answer":
            if operation == "ReceiveMessage":
                self.lost_receives += 1
            return None
        return answer

    async def _forward(self, head: bytes, body: bytes) -> Answer:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._upstream)
        try:
            lines = [
                line for line in head.split(b"\r\n")[:-2] if not line.lower().startswith((b"content-length:", b"connection:", b"expect:"))
            ]
            lines += [b"Content-Length: %d" % len(body), b"Connection: close", b"", b""]
            writer.write(b"\r\n".join(lines) + body)
            return await sqs.read_answer(reader)
        finally:
            writer.close()

    async def _partial(self, head: bytes, operation: str, body: bytes) -> Answer:
        """Half of a batch call's entries fail, as AWS reports it; the others are passed on."""
        call = json.loads(body)
        entries: list[dict[str, Any]] = call.get("Entries", [])
        failed = [each for each in entries if self._dice.random() < 0.5]
        passed = [each for each in entries if each not in failed]
        answer = Answer(200, b"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\n\r\n", b"{}")
        if passed:
            passed_body = json.dumps({**call, "Entries": passed}).encode()
            if operation == "SendMessageBatch":
                self._remember(passed_body)
            answer = await self._forward(head, passed_body)
            if answer.status != 200:
                return answer
        document = json.loads(answer.body or b"{}")
        document["Failed"] = [
            *document.get("Failed", []),
            *({"Id": each["Id"], "SenderFault": False, "Code": "InternalError", "Message": "chaos"} for each in failed),
        ]
        return Answer(200, answer.head, json.dumps(document).encode())

    def _remember(self, body: bytes) -> None:
        call = json.loads(body)
        for entry in call.get("Entries", [call]):
            if "MessageBody" in entry:
                self.sent.append({**entry, "QueueUrl": call["QueueUrl"]})

    async def _double(self, body: bytes) -> None:
        for entry in json.loads(body).get("Entries", []):
            await self.send_again({**entry, "QueueUrl": json.loads(body)["QueueUrl"]})

    async def send_again(self, entry: dict[str, Any]) -> None:
        """Sends an entry again under another deduplication id, so that the queue takes it for a new message."""
        call: dict[str, Any] = {
            name: entry[name] for name in ("QueueUrl", "MessageBody", "MessageGroupId", "MessageAttributes") if name in entry
        }
        call["MessageDeduplicationId"] = f"again-{self._dice.randrange(10**12)}"
        await sqs.Client(self._upstream).call("SendMessage", call)


def _fields(head: bytes) -> dict[str, str]:
    lines = head.decode("latin-1").split("\r\n")[1:]
    return {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _response(answer: Answer) -> bytes:
    lines = [
        line
        for line in answer.head.split(b"\r\n")
        if line and not line.lower().startswith((b"content-length:", b"transfer-encoding:", b"connection:"))
    ]
    return b"\r\n".join([*lines, b"Content-Length: %d" % len(answer.body), b"", b""]) + answer.body


def _error(status: int, kind: str) -> Answer:
    body = json.dumps({"__type": kind, "message": "chaos"}).encode()
    return Answer(status, f"HTTP/1.1 {status} Chaos\r\nContent-Type: application/x-amz-json-1.0\r\n\r\n".encode(), body)
