"""A plain script's worker: receives batches, applies each as one unnest upsert with its ledger row, deletes the messages.

Runs until SIGTERM. Environment: SQS_QUEUE_URL, DATABASE_URL, AWS_*.
"""

import json
import os
import signal

import boto3
import psycopg
from botocore.config import Config

UPSERT = """
    INSERT INTO users (legacy_id, user_name, email, legacy_created_at, deleted, deleted_at)
    SELECT legacy_id, user_name, email, created, deleted, CASE WHEN deleted THEN now() END
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::boolean[])
        AS incoming (legacy_id, user_name, email, created, deleted)
    ON CONFLICT (user_name) DO UPDATE SET
        legacy_id = excluded.legacy_id, email = excluded.email, legacy_created_at = excluded.legacy_created_at,
        updated_at = now(), deleted = excluded.deleted,
        deleted_at = CASE WHEN excluded.deleted THEN coalesce(users.deleted_at, now()) END
    WHERE users.legacy_created_at < excluded.legacy_created_at
       OR users.legacy_created_at = excluded.legacy_created_at
          AND (users.legacy_id, users.email, users.deleted)
              IS DISTINCT FROM (excluded.legacy_id, excluded.email, excluded.deleted)
"""
LEDGER = "INSERT INTO script_batches (sync, batch) VALUES (%s, %s) ON CONFLICT DO NOTHING RETURNING true"

running = True


def stop(*_):
    global running
    running = False


def latest(users):
    """The users to write, one for each name, sorted by it: the newest counts, on a tie the later one."""
    best = {}
    for user in users:
        known = best.get(user["userName"])
        if known is None or known["createdAt"] <= user["createdAt"]:
            best[user["userName"]] = user
    return [best[name] for name in sorted(best)]


def apply(database, message):
    body = json.loads(message)
    users = latest(body["users"])
    with database.transaction():
        if database.execute(LEDGER, [body["sync"], body["batch"]]).fetchone() is None:
            return
        database.execute(UPSERT, [
            [user["id"] for user in users], [user["userName"] for user in users], [user["email"] for user in users],
            [user["createdAt"] for user in users], [user["deleted"] for user in users],
        ], prepare=True)


def main():
    signal.signal(signal.SIGTERM, stop)
    queue = os.environ["SQS_QUEUE_URL"]
    sqs = boto3.client(
        "sqs", endpoint_url=os.environ["AWS_ENDPOINT_URL_SQS"], config=Config(read_timeout=40)
    )
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as database:
        while running:
            answer = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            messages = answer.get("Messages", [])
            for message in messages:
                apply(database, message["Body"])
            if messages:
                sqs.delete_message_batch(QueueUrl=queue, Entries=[
                    {"Id": str(index), "ReceiptHandle": message["ReceiptHandle"]}
                    for index, message in enumerate(messages)
                ])


main()
