"""The SQS server that the contenders with a queue share, one FIFO queue each, and its count of requests and bytes."""

import json
import os
import time
from pathlib import Path

import boto3
import requests

from .measurement import Traffic
from .ports import free_port
from .processes import wait_until

ROOT = Path(__file__).resolve().parents[2]
CREDENTIALS = {"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test",
               "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true"}
FIFO = {"FifoQueue": "true", "DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}


class SQSServer:
    def __init__(self, processes, folder):
        port = free_port()
        self.endpoint = f"http://127.0.0.1:{port}"
        self.counts = folder / "sqs.json"
        (folder / "sqs").mkdir()
        environment = {**os.environ, "BENCH_SQS_COUNTS": str(self.counts),
                       "SQS_SERVER_PROGRAM": str(ROOT / "bench/servers/counting_localstack.py")}
        self.process = processes.start(
            "sqs", [ROOT / "scripts/sqs-server", "localstack", port, folder / "sqs"], environment=environment)
        wait_until(120, f"the SQS server answers at {self.endpoint}", self._answers)
        self.client = boto3.client("sqs", endpoint_url=self.endpoint, region_name="us-east-1",
                                   aws_access_key_id="test", aws_secret_access_key="test")
        self._warm_up()

    def _warm_up(self):
        """Uses each operation once: the server loads what it needs when it is first asked, which is nobody's time in particular."""
        queue = self.create("warm-up")
        url = queue["SQS_QUEUE_URL"]
        self.client.send_message_batch(QueueUrl=url, Entries=[
            {"Id": "a", "MessageBody": "a", "MessageGroupId": "a", "MessageDeduplicationId": "a"}])
        messages = self.client.receive_message(QueueUrl=url, WaitTimeSeconds=1)["Messages"]
        self.client.delete_message_batch(QueueUrl=url, Entries=[
            {"Id": "a", "ReceiptHandle": message["ReceiptHandle"]} for message in messages])
        self.delete(queue)

    def _answers(self):
        self.process.check()
        try:
            requests.get(self.endpoint, timeout=5)
            return True
        except requests.ConnectionError:
            return False

    def create(self, name):
        """Makes the queue and its dead-letter queue; returns the environment that names them."""
        dead = self.client.create_queue(QueueName=f"{name}-dead.fifo", Attributes=FIFO)["QueueUrl"]
        arn = self.client.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 5})
        url = self.client.create_queue(
            QueueName=f"{name}.fifo", Attributes={**FIFO, "VisibilityTimeout": "120", "RedrivePolicy": redrive})["QueueUrl"]
        return {**CREDENTIALS, "SQS_QUEUE_URL": url, "SQS_DEAD_LETTER_QUEUE_URL": dead, "AWS_ENDPOINT_URL_SQS": self.endpoint}

    def delete(self, queue):
        for name in ("SQS_QUEUE_URL", "SQS_DEAD_LETTER_QUEUE_URL"):
            self.client.delete_queue(QueueUrl=queue[name])

    def traffic(self):
        # The server writes its counts at most 0.2 s after it has answered.
        time.sleep(0.5)
        if not self.counts.exists():
            return Traffic()
        counts = json.loads(self.counts.read_text())
        return Traffic(sum(counts["requests"].values()), sum(counts["sent"].values()) + sum(counts["received"].values()),
                       sum(counts["units"].values()))

    def waiting(self, queue):
        """Messages that no consumer has received yet."""
        name = "ApproximateNumberOfMessages"
        attributes = self.client.get_queue_attributes(QueueUrl=queue["SQS_QUEUE_URL"], AttributeNames=[name])["Attributes"]
        return int(attributes[name])
