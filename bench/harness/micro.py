"""The micro-benchmarks of bench/Micro that measure one step each: what they print is the result."""

import re
import subprocess
import sys

from . import round_trips
from .source import Stream
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


def steps(stack):
    """Batching and decoding; messages through the queue; round trips; signing; the ways to write a batch; the ledger. As Markdown."""
    return "\n\n".join(each_step(stack))


def each_step(stack):
    body, repeat = stack.source.body_file(Stream(stack.options.users)), stack.options.repeat
    messages = stack.folder / "messages"
    yield step(stack, "Parsing, one core", "ParserBenchmark", body)
    yield step(stack, "Batching and decoding, one core", "BatchingBenchmark", body, messages)
    yield titled("Messages through the queue", "\n".join(round_trips.compared(stack, messages.read_bytes().split(b"\0"))))
    queue = stack.sqs.create("bench-queue")
    yield step(stack, f"Round trips to the queue, medians of {repeat}", "QueueBenchmark", messages, queue["SQS_QUEUE_URL"], repeat,
               environment=queue)
    stack.sqs.delete(queue)
    yield step(stack, "Signing", "SigningBenchmark")
    database = stack.postgres.environment(migrated(stack, "bench_steps"))
    yield step(stack, f"Ways to write a batch, medians of {repeat}", "UpsertBenchmark", body, CONNECTIONS, repeat,
               environment=database)
    yield step(stack, f"The ledger, medians of {repeat}", "LedgerBenchmark", CONNECTIONS, repeat, environment=database)


def step(stack, title, product, *arguments, environment=None):
    """Runs one micro-benchmark; what it prints is its result."""
    program = build(product, stack.options.micro_build)
    found = subprocess.run([program, *map(str, arguments)], check=True, env=stack.environment(environment or {}),
                           stdout=subprocess.PIPE, text=True)
    return titled(title, found.stdout)


def titled(title, output):
    """Output as Markdown: its tables as they are, other lines as items of a list."""
    lines, was_table = [f"**{title}**"], None
    for line in output.splitlines():
        is_table = line.startswith("|")
        if line:
            lines += [""] * (is_table != was_table) + [line if is_table else f"- {line}"]
            was_table = is_table
    return "\n".join(lines)


def migrated(stack, database):
    """Makes a database with the product's tables, and returns its name."""
    stack.postgres.create(database)
    stack.migrate(database)
    return database
