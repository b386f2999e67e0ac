"""Workers as a Lambda function: the Runtime API for one of them, and the mapping that hands it the queue's messages."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from typing import Any

from . import sqs

log = logging.getLogger("chaos.lambda")
PREFIX = "/2018-06-01/runtime/"


class LambdaRuntime:
    """One environment of the function. A message that is not reported as failed is deleted; the others come again when they are visible."""

    def __init__(self, client: sqs.Client, queue: str, timeout: float) -> None:
        self._client = client
        self._queue = queue
        self._timeout = timeout
        self._server: asyncio.Server | None = None
        self._mapping: asyncio.Task[None] | None = None
        self._events: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()
        self._answers: dict[str, asyncio.Future[dict[str, Any] | None]] = {}
        self._count = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0
        # Cleared while nothing is to be handed out, as when the environment is frozen between two invocations.
        self.is_open = asyncio.Event()
        self.is_open.set()
        self.is_idle = asyncio.Event()
        self.is_idle.set()
        # How many seconds after its deadline an invocation was without an answer.
        self.late = 0

    async def start(self) -> None:
        """Begins to listen and to poll."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        self._mapping = asyncio.create_task(self._map())

    async def stop(self) -> None:
        """Ends both."""
        if self._server is not None:
            self._server.close()
        for task in [self._mapping, *self._tasks]:
            if task is not None:
                task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def forget(self) -> None:
        """The program has died: the invocation under way failed, and its connections take no further event."""
        for task in self._tasks:
            task.cancel()
        for answer in self._answers.values():
            if not answer.done():
                answer.set_result(None)

    async def _map(self) -> None:
        while True:
            await self.is_open.wait()
            try:
                received = await self._client.call(
                    "ReceiveMessage",
                    {
                        "QueueUrl": self._queue,
                        "MaxNumberOfMessages": 10,
                        "WaitTimeSeconds": 1,
                        "AttributeNames": ["All"],
                        "MessageAttributeNames": ["All"],
                    },
                )
                if messages := received.get("Messages", []):
                    await self.is_open.wait()
                    await self._invoke(messages)
            except (OSError, TimeoutError, sqs.SQSError, asyncio.IncompleteReadError) as error:
                log.info("the mapping goes on after: %s", error)
                await asyncio.sleep(0.5)

    async def _invoke(self, messages: list[dict[str, Any]]) -> None:
        self._count += 1
        identity = f"00000000-0000-4000-8000-{self._count:012}"
        answer: asyncio.Future[dict[str, Any] | None] = asyncio.get_running_loop().create_future()
        self._answers[identity] = answer
        self.is_idle.clear()
        try:
            await self._events.put((identity, json.dumps({"Records": [_record(each) for each in messages]}).encode()))
            # A little more than the deadline: what comes too late is counted, and its messages come again.
            result = await asyncio.wait_for(asyncio.shield(answer), self._timeout + 5)
        except TimeoutError:
            self.late += 1
            result = None
        finally:
            self._answers.pop(identity, None)
            self.is_idle.set()
        if result is None:
            return
        failed = {each["itemIdentifier"] for each in result.get("batchItemFailures", [])}
        for each in messages:
            if each["MessageId"] not in failed:
                await self._client.call("DeleteMessage", {"QueueUrl": self._queue, "ReceiptHandle": each["ReceiptHandle"]})

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head.split("\r\n")[1:])}
                if "expect" in fields:
                    writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                body = await reader.readexactly(int(fields.get("content-length", "0")))
                writer.write(await self._answer(head.split(" ")[1].removeprefix(PREFIX), body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, OSError):
            pass
        finally:
            writer.close()

    async def _answer(self, path: str, body: bytes) -> bytes:
        if path == "invocation/next":
            identity, event = await self._events.get()
            while identity not in self._answers:  # the event of a program that has died
                identity, event = await self._events.get()
            deadline = int((time.time() + self._timeout) * 1000)
            fields = f"Lambda-Runtime-Aws-Request-Id: {identity}\r\nLambda-Runtime-Deadline-Ms: {deadline}\r\n"
            fields += "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:000000000000:function:worker\r\n"
            return _response(200, event, fields)
        answer = self._answers.get(path.split("/")[1]) if path.startswith("invocation/") else None
        if answer is not None and not answer.done():
            answer.set_result(json.loads(body) if path.endswith("/response") else None)
        return _response(202, b'{"status":"OK"}', "")


def _record(message: dict[str, Any]) -> dict[str, Any]:
    """A message as the mapping writes it into an event."""
    attributes = {
        name: {"stringValue": each.get("StringValue"), "dataType": each["DataType"]}
        for name, each in message.get("MessageAttributes", {}).items()
    }
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": attributes,
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:users.fifo",
        "awsRegion": "us-east-1",
    }


def _response(status: int, body: bytes, fields: str) -> bytes:
    return f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\n{fields}Content-Length: {len(body)}\r\n\r\n".encode() + body
