"""Creates or deletes the queues of one local stack at AWS_ENDPOINT_URL_SQS. Usage: queues.py create|delete NAME

`create` prints the URLs of the FIFO queue and of its dead-letter queue, a line each.
"""

import json
import os
import sys

import boto3
from botocore.config import Config

sqs = boto3.client(
    "sqs",
    endpoint_url=os.environ["AWS_ENDPOINT_URL_SQS"],
    region_name=os.environ["AWS_REGION"],
    config=Config(retries={"max_attempts": 5}),
)

# High throughput for FIFO: every message group is ordered and throttled on its own.
FIFO = {
    "FifoQueue": "true",
    "DeduplicationScope": "messageGroup",
    "FifoThroughputLimit": "perMessageGroupId",
    "MessageRetentionPeriod": "345600",
}


def create(name):
    dead = sqs.create_queue(QueueName=f"{name}-dead.fifo", Attributes={**FIFO, "MessageRetentionPeriod": "1209600"})
    attributes = sqs.get_queue_attributes(QueueUrl=dead["QueueUrl"], AttributeNames=["QueueArn"])["Attributes"]
    redrive = {"deadLetterTargetArn": attributes["QueueArn"], "maxReceiveCount": 5}
    queue = sqs.create_queue(
        QueueName=f"{name}.fifo",
        Attributes={**FIFO, "VisibilityTimeout": "120", "RedrivePolicy": json.dumps(redrive)},
    )
    print(queue["QueueUrl"])
    print(dead["QueueUrl"])


def delete(name):
    for queue in (f"{name}.fifo", f"{name}-dead.fifo"):
        sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=queue)["QueueUrl"])


if __name__ == "__main__":
    {"create": create, "delete": delete}[sys.argv[1]](sys.argv[2])
