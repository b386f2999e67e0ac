"""Calls the deployed queues as each program's role, and says where more is allowed than the program needs, or less.

Usage: check_rights.py REPORT (what deploy_stack.py printed). The server must look at credentials already.
"""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

QUEUE, DEAD = "QueueUrl", "DeadLetterQueueUrl"

# What each role may do on which queue; all that is not here must be refused.
RIGHTS = {
    "orchestrator": {
        (QUEUE, "send_message"),
        (QUEUE, "get_queue_attributes"),
        (DEAD, "receive_message"),
        (DEAD, "delete_message"),
        (DEAD, "change_message_visibility"),
        (DEAD, "get_queue_attributes"),
    },
    "worker": {
        (QUEUE, "receive_message"),
        (QUEUE, "delete_message"),
        (QUEUE, "change_message_visibility"),
        (QUEUE, "get_queue_attributes"),
    },
}

# Calls that change nothing when they are let in: each is refused for another reason then, or finds nothing.
CALLS = {
    "send_message": {"MessageBody": "never accepted, since it has no group"},
    "receive_message": {"MaxNumberOfMessages": 1, "VisibilityTimeout": 0},
    "delete_message": {"ReceiptHandle": "none"},
    "change_message_visibility": {"ReceiptHandle": "none", "VisibilityTimeout": 0},
    "get_queue_attributes": {"AttributeNames": ["QueueArn"]},
    "set_queue_attributes": {"Attributes": {}},
    "purge_queue": {},
    "delete_queue": {},
}


def is_let_in(sqs, call, url):
    try:
        getattr(sqs, call)(QueueUrl=url, **CALLS[call])
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status >= 500:
            raise SystemExit(f"{call}: the emulator failed: {error}")
        # moto's refusal has AWS's status, but is not of a form that boto3 finds a code in.
        return status != 403
    return True


def main():
    with open(sys.argv[1]) as file:
        report = json.load(file)
    wrong, refused = [], 0
    for role, rights in RIGHTS.items():
        keys = report[role]
        sqs = boto3.client(
            "sqs",
            aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=keys["AWS_SESSION_TOKEN"],
            config=Config(retries={"total_max_attempts": 1}, parameter_validation=False),
        )
        for queue in (QUEUE, DEAD):
            for call in CALLS:
                allowed = is_let_in(sqs, call, report["outputs"][queue])
                refused += not allowed
                if allowed != ((queue, call) in rights):
                    wrong.append(f"{role}: {call} on {queue} is {'let in' if allowed else 'refused'}")
    if wrong:
        raise SystemExit("\n".join(wrong))
    allowed = sum(map(len, RIGHTS.values()))
    print(f"rights of the deployed roles: {allowed} calls that the programs need are let in, {refused} others are refused")


if __name__ == "__main__":
    main()
