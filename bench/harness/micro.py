"""The micro-benchmarks of bench/Micro that measure one step each: what they print is the result."""

import re
import subprocess
import sys

from . import round_trips
from .stack import ROOT

MICRO = ROOT / "bench/Micro"
CONNECTIONS = 2


def build(product):
    """Builds a micro-benchmark in release mode, and returns its path."""
    command = ["swift", "build", "-c", "release", "--package-path", MICRO]
    subprocess.run([*command, "--product", product], check=True, stdout=sys.stderr)
    folder = subprocess.run([*command, "--show-bin-path"], check=True, capture_output=True, text=True).stdout.strip()
    return f"{folder}/{product}"


def signing_ratio():
    """The cost of signing a request of 128 KB, its hash included, over the cost of the hash alone."""
    output = subprocess.run([build("SigningBenchmark")], check=True, capture_output=True, text=True).stdout
    return float(re.search(r"ratio ([\d.]+)", output)[1])


def print_steps(stack):
    """Batching and decoding; messages through the queue; round trips; signing; the ways to write a batch; the ledger."""
    body = stack.source.body_file(0)
    print("\nBatching and decoding, one core\n", flush=True)
    messages = stack.folder / "messages"
    subprocess.run([build("BatchingBenchmark"), body, messages], check=True)
    print("\nMessages through the queue\n", flush=True)
    round_trips.print_table(stack, messages.read_bytes().split(b"\0"))
    print(f"\nRound trips to the queue, medians of {stack.options.repeat}\n", flush=True)
    queue = stack.sqs.create("bench-queue")
    subprocess.run([build("QueueBenchmark"), messages, queue["SQS_QUEUE_URL"], str(stack.options.repeat)], check=True,
                   env=stack.environment(queue))
    stack.sqs.delete(queue)
    print("\nSigning\n", flush=True)
    subprocess.run([build("SigningBenchmark")], check=True)
    database = stack.environment(stack.postgres.environment(migrated(stack, "bench_steps")))
    print(f"\nWays to write a batch, medians of {stack.options.repeat}\n", flush=True)
    subprocess.run([build("UpsertBenchmark"), body, str(CONNECTIONS), str(stack.options.repeat)], check=True, env=database)
    print(f"\nThe ledger, medians of {stack.options.repeat}\n", flush=True)
    subprocess.run([build("LedgerBenchmark"), str(CONNECTIONS), str(stack.options.repeat)], check=True, env=database)


def migrated(stack, database):
    """Makes a database with the product's tables, and returns its name."""
    stack.postgres.create(database)
    stack.migrate(database)
    return database
