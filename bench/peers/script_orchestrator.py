"""A plain script's reader: streams the users, sends batches of 1000 to SQS FIFO, waits until all are applied.

Environment: LEGACY_API_URL, LEGACY_API_KEY, SQS_QUEUE_URL, DATABASE_URL, AWS_*.
"""

import json
import os
import time
import uuid
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

import boto3
import psycopg
from botocore.config import Config
from legacy_stream import read_arrays

BATCH = 1000
LANES = 32
CALL_BYTES = 262_144
SENDERS = 4

queue = os.environ["SQS_QUEUE_URL"]
sqs = boto3.client(
    "sqs", endpoint_url=os.environ["AWS_ENDPOINT_URL_SQS"], config=Config(max_pool_connections=SENDERS)
)


def messages(sync_id):
    """Yields (batch number, body), a thousand users each."""
    number, batch = 0, []

    def body(users):
        # ASCII with escapes: SQS refuses some characters that JSON allows.
        return json.dumps({"sync": sync_id, "batch": number, "users": users}, separators=(",", ":"))

    for users in read_arrays(os.environ["LEGACY_API_URL"], os.environ["LEGACY_API_KEY"]):
        batch += users
        while len(batch) >= BATCH:
            number += 1
            yield number, body(batch[:BATCH])
            del batch[:BATCH]
    if batch:
        number += 1
        yield number, body(batch)


def calls(sync_id):
    """Yields the entries of one SendMessageBatch each: as many messages as fit."""
    entries, size = [], 0
    for number, body in messages(sync_id):
        length = len(body)
        if entries and (len(entries) == 10 or size + length > CALL_BYTES):
            yield entries
            entries, size = [], 0
        entries.append({
            "Id": str(number),
            "MessageBody": body,
            "MessageGroupId": str(number % LANES),
            "MessageDeduplicationId": f"{sync_id}-{number}",
        })
        size += length
    if entries:
        yield entries


def send(entries):
    for _ in range(5):
        answer = sqs.send_message_batch(QueueUrl=queue, Entries=entries)
        failed = {failure["Id"] for failure in answer.get("Failed", [])}
        if not failed:
            return
        entries = [entry for entry in entries if entry["Id"] in failed]
        time.sleep(0.5)
    raise RuntimeError(f"{len(entries)} messages could not be sent")


def main():
    sync_id = str(uuid.uuid4())
    sent = 0
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as database:
        with ThreadPoolExecutor(SENDERS) as pool:
            pending = set()
            for entries in calls(sync_id):
                sent += len(entries)
                if len(pending) >= 2 * SENDERS:
                    done, pending = wait(pending, return_when=FIRST_COMPLETED)
                    for future in done:
                        future.result()
                pending.add(pool.submit(send, entries))
            for future in pending:
                future.result()
        deadline = time.monotonic() + 900
        while database.execute("SELECT count(*) FROM script_batches WHERE sync = %s", [sync_id]).fetchone()[0] < sent:
            if time.monotonic() > deadline:
                raise RuntimeError("not all batches were applied within 15 minutes")
            time.sleep(0.05)


main()
