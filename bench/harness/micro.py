"""The micro-benchmarks of bench/Micro that measure one step each: what they print is the result."""

import re
import subprocess
import sys

from . import round_trips
from .stack import ROOT

MICRO = ROOT / "bench/Micro"
CONNECTIONS = 2


def build(product, mode):
    """Builds a micro-benchmark, and returns its path."""
    command = ["swift", "build", "-c", mode, "--disable-index-store", "--package-path", MICRO]
    subprocess.run([*command, "--product", product], check=True, stdout=sys.stderr)
    folder = subprocess.run([*command, "--show-bin-path"], check=True, capture_output=True, text=True).stdout.strip()
    return f"{folder}/{product}"


def signing_ratio(mode):
    """The cost of signing a request of 128 KB, its hash included, over the cost of the hash alone."""
    output = subprocess.run([build("SigningBenchmark", mode)], check=True, capture_output=True, text=True).stdout
    return float(re.search(r"ratio ([\d.]+)", output)[1])


def print_steps(stack):
    """Batching and decoding; messages through the queue; round trips; signing; the ways to write a batch; the ledger."""
    body, repeat = stack.source.body_file(0), stack.options.repeat
    messages = stack.folder / "messages"
    step(stack, "Parsing, one core", "ParserBenchmark", body)
    step(stack, "Batching and decoding, one core", "BatchingBenchmark", body, messages)
    print("\nMessages through the queue\n", flush=True)
    round_trips.print_table(stack, messages.read_bytes().split(b"\0"))
    queue = stack.sqs.create("bench-queue")
    step(stack, f"Round trips to the queue, medians of {repeat}", "QueueBenchmark", messages, queue["SQS_QUEUE_URL"], repeat,
         environment=queue)
    stack.sqs.delete(queue)
    step(stack, "Signing", "SigningBenchmark")
    database = stack.postgres.environment(migrated(stack, "bench_steps"))
    step(stack, f"Ways to write a batch, medians of {repeat}", "UpsertBenchmark", body, CONNECTIONS, repeat, environment=database)
    step(stack, f"The ledger, medians of {repeat}", "LedgerBenchmark", CONNECTIONS, repeat, environment=database)


def step(stack, title, product, *arguments, environment=None):
    """Runs one micro-benchmark, which prints its result, below its title."""
    program = build(product, stack.options.micro_build)
    print(f"\n{title}\n", flush=True)
    subprocess.run([program, *map(str, arguments)], check=True, env=stack.environment(environment or {}))


def migrated(stack, database):
    """Makes a database with the product's tables, and returns its name."""
    stack.postgres.create(database)
    stack.migrate(database)
    return database
