"""Messages through the queue as they are, and compressed: bytes and requests against processor time."""

import base64
import statistics
import time
import zlib

from .tables import number, table

LANES = 32
CALL_BYTES = 262_144
MB = 1 << 20


def compressed(body):
    return base64.b64encode(zlib.compress(body, 1))


def restored(body):
    return zlib.decompress(base64.b64decode(body))


def compared(stack, messages):
    """Sends, receives and deletes all messages in both forms, several times in turn; a table of medians for a million users."""
    users = stack.options.users
    forms = {"as they are": lambda body: body, "zlib level 1, Base64": compressed}
    runs = {name: [] for name in forms}
    for _ in range(stack.options.repeat):
        for name, form in forms.items():
            began = time.process_time()
            bodies = [form(message) for message in messages]
            packing = time.process_time() - began
            began = time.process_time()
            if form is compressed:
                for body in bodies:
                    restored(body)
            unpacking = time.process_time() - began
            runs[name].append((packing, unpacking, *through_the_queue(stack, bodies)))
    rows = []
    for name, found in runs.items():
        packing, unpacking, seconds, cpu, requests, size = (statistics.median(column) * 1e6 / users for column in zip(*found))
        rows.append([name, f"{size / MB:.1f} MB", number(requests), f"{seconds:.2f} s", f"{cpu:.2f} s", f"{packing:.2f} s",
                     f"{unpacking:.2f} s"])
    return table(["messages of a million users", "bytes there and back", "requests", "time, one client", "CPU of the SQS server",
                  "packing", "unpacking"], rows)


def through_the_queue(stack, bodies):
    """Seconds, the server's CPU seconds, requests and bytes of sending, receiving and deleting the messages."""
    sqs, client = stack.sqs, stack.sqs.client
    queue = sqs.create(f"round-trips-{time.time_ns()}")
    url = queue["SQS_QUEUE_URL"]
    traffic, cpu, began = sqs.traffic(), sqs.process.cpu(), time.monotonic()
    for entries in calls(bodies):
        if client.send_message_batch(QueueUrl=url, Entries=entries).get("Failed"):
            raise SystemExit("the SQS server refused a message")
    left = len(bodies)
    while left:
        found = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", [])
        if not found:
            raise SystemExit(f"the SQS server lost {left} messages")
        client.delete_message_batch(QueueUrl=url, Entries=[
            {"Id": str(index), "ReceiptHandle": message["ReceiptHandle"]} for index, message in enumerate(found)])
        left -= len(found)
    seconds, cpu = time.monotonic() - began, sqs.process.cpu() - cpu
    traffic = sqs.traffic() - traffic
    sqs.delete(queue)
    return seconds, cpu, traffic.requests, traffic.bytes


def calls(bodies):
    """Yields the entries of one call each: as many messages as fit."""
    entries, size = [], 0
    for index, body in enumerate(bodies):
        if entries and (len(entries) == 10 or size + len(body) > CALL_BYTES):
            yield entries
            entries, size = [], 0
        entries.append({"Id": str(index), "MessageBody": body.decode(), "MessageGroupId": str(index % LANES),
                        "MessageDeduplicationId": str(index)})
        size += len(body)
    if entries:
        yield entries
