"""LocalStack as scripts/sqs-server runs it, counting requests and their bytes by operation.

The counts are written to the file that BENCH_SQS_COUNTS names whenever they have changed, at most five times a second.
Counting costs every client the same: a few additions per request.
"""

import json
import os
import sys
import threading
import time
from collections import Counter
from pathlib import Path

LIB = Path(__file__).resolve().parents[2] / "scripts" / "lib"
sys.path.insert(0, str(LIB))

import run_localstack  # noqa: E402
from localstack.aws import handlers  # noqa: E402

requests: Counter = Counter()
sent_bytes: Counter = Counter()
received_bytes: Counter = Counter()
billed_units: Counter = Counter()
lock = threading.Lock()
UNIT_BYTES = 65_536  # what SQS bills as one request


def count(_chain, context, response):
    name = context.operation.name if context.operation else "unknown"
    sent, received = context.request.content_length or 0, response.content_length or 0
    with lock:
        requests[name] += 1
        sent_bytes[name] += sent
        received_bytes[name] += received
        billed_units[name] += max(1, -(-max(sent, received) // UNIT_BYTES))


def write_counts(path):
    last = None
    while True:
        with lock:
            now = json.dumps({"requests": requests, "sent": sent_bytes, "received": received_bytes, "units": billed_units})
        if now != last:
            Path(path + ".new").write_text(now)
            os.replace(path + ".new", path)
            last = now
        time.sleep(0.2)


if __name__ == "__main__":
    handlers.run_custom_response_handlers.append(count)
    threading.Thread(target=write_counts, args=(os.environ["BENCH_SQS_COUNTS"],), daemon=True).start()
    run_localstack.serve()
