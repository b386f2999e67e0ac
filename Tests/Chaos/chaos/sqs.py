"""The few calls to SQS that a trial itself makes, in the AWS JSON protocol."""

from __future__ import annotations

import asyncio
import json
from typing import Any

SIGNATURE = "AWS4-HMAC-SHA256 Credential=test/20240101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0"


class SQSError(Exception):
    """The server answered with an error."""


class Client:
    """Talks to an SQS server on a port of 127.0.0.1. Its servers check no signature."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def call(self, operation: str, parameters: dict[str, Any], seconds: float = 20) -> dict[str, Any]:
        """One call."""
        return await asyncio.wait_for(self._call(operation, parameters), seconds)

    async def _call(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        body = json.dumps(parameters).encode()
        head = (
            f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nContent-Type: application/x-amz-json-1.0\r\n"
            f"X-Amz-Target: AmazonSQS.{operation}\r\nX-Amz-Date: 20240101T000000Z\r\nAuthorization: {SIGNATURE}\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write(head.encode() + body)
            answer = await read_answer(reader)
        finally:
            writer.close()
        if answer.status != 200:
            raise SQSError(f"{operation}: {answer.status} {answer.body[:300]!r}")
        document: dict[str, Any] = json.loads(answer.body or b"{}")
        return document

    async def create_queues(self, name: str, visibility: int, max_receives: int) -> tuple[str, str]:
        """A FIFO queue and its dead-letter queue, as `infra` makes them."""
        dead = (await self.call("CreateQueue", {"QueueName": f"{name}-dead.fifo", "Attributes": {"FifoQueue": "true"}}))["QueueUrl"]
        attributes = (await self.call("GetQueueAttributes", {"QueueUrl": dead, "AttributeNames": ["QueueArn"]}))["Attributes"]
        policy = json.dumps({"deadLetterTargetArn": attributes["QueueArn"], "maxReceiveCount": max_receives})
        queue = await self.call(
            "CreateQueue",
            {
                "QueueName": f"{name}.fifo",
                "Attributes": {
                    "FifoQueue": "true",
                    "DeduplicationScope": "messageGroup",
                    "FifoThroughputLimit": "perMessageGroupId",
                    "VisibilityTimeout": str(visibility),
                    "RedrivePolicy": policy,
                },
            },
        )
        return queue["QueueUrl"], dead

    async def bodies(self, queue: str) -> list[str]:
        """The bodies of all messages that can be received; they stay in the queue, hidden for a while."""
        found: dict[str, str] = {}
        while True:
            answer = await self.call(
                "ReceiveMessage", {"QueueUrl": queue, "MaxNumberOfMessages": 10, "VisibilityTimeout": 30, "WaitTimeSeconds": 0}
            )
            messages = answer.get("Messages", [])
            fresh = {each["MessageId"]: each["Body"] for each in messages if each["MessageId"] not in found}
            if not fresh:
                return list(found.values())
            found.update(fresh)

    async def counts(self, queue: str) -> tuple[int, int]:
        """About how many messages wait, and how many are hidden."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        attributes = (await self.call("GetQueueAttributes", {"QueueUrl": queue, "AttributeNames": names}))["Attributes"]
        return int(attributes[names[0]]), int(attributes[names[1]])


class Answer:
    """An HTTP answer as it came."""

    def __init__(self, status: int, head: bytes, body: bytes) -> None:
        self.status = status
        self.head = head
        self.body = body


async def read_answer(reader: asyncio.StreamReader) -> Answer:
    """Reads one HTTP answer, with a length or in chunks, and unpacks the chunks."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    status = int(lines[0].split(" ")[1])
    fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    if "chunked" in fields.get("transfer-encoding", "").lower():
        body = b""
        while size := int((await reader.readline()).split(b";")[0], 16):
            body += await reader.readexactly(size)
            await reader.readline()
        await reader.readline()
        return Answer(status, head, body)
    if "content-length" in fields:
        return Answer(status, head, await reader.readexactly(int(fields["content-length"])))
    return Answer(status, head, await reader.read())
