"""One sync of one contender, measured; and the scenarios, one after the other over the same table."""

import threading

from .measurement import SCENARIOS, Run, Usage
from .processes import forget_peak
from .source import Stream

# The generation of the source in each scenario, in the order in which they are run.
GENERATIONS = {"fresh": 0, "unchanged": 0, "changed": 1}


def run_contender(stack, contender, scenarios=tuple(SCENARIOS), users=None, *, own_fields="", leave=True, again=1):
    """Yields a `Run` for each scenario. A fresh sync comes before every other. Where nothing changed it syncs `again` and again."""
    first = Stream(users or stack.options.users, own_fields=own_fields)
    contender.prepare()
    for scenario in SCENARIOS:
        if scenario in scenarios or scenario == "fresh":
            for _ in range(again if scenario == "unchanged" else 1):
                yield run_once(stack, contender, scenario, first.next() if GENERATIONS[scenario] else first)
    if leave:
        contender.leave()


def run_once(stack, contender, scenario, stream, *, others=(), watch=None):
    """Runs one sync, and compares the table with the source. `others` are more processes whose CPU counts."""
    contender.prepare_run(stream)
    watched = [stack.postgres.process, stack.sqs.process, *contender.workers, *others]
    source = None
    if contender.reads_source:
        source, stack.source_environment = stack.source.serve(stream)
        watched.append(source)
    stack.postgres.settle(contender.database)
    updates = contender.updates() if scenario == "changed" else None
    traffic, wal = stack.sqs.traffic(), stack.postgres.wal_position()
    before = {process.name: process.cpu() for process in watched}
    for process in watched:
        forget_peak(process.pid)
    with watch or DepthWatch(None, None) as depth:
        seconds, usage, ended = contender.run(stream)
    lag = ended - stack.source.ended_at if source and stack.source.ended_at else None
    # Deleting the last messages may go on for a moment after the end that counts.
    traffic = stack.sqs.traffic() - traffic
    traffic.requests -= depth.looks
    traffic.units -= depth.looks
    measured = {contender.name: usage}
    for process in watched:
        process.check()
        measured[process.name.removeprefix(f"{contender.name}-")] = Usage(
            process.cpu() - before[process.name], process.peak())
    run = Run(contender.name, scenario, stream.users, seconds, measured, stack.postgres.wal_position() - wal,
              traffic if contender.uses_queue else None, lag, depth=depth.mean)
    if updates:
        run.rows, run.hot = (after - earlier for after, earlier in zip(contender.updates(), updates))
    contender.check(stream)
    if source:
        stack.processes.stop(source)
    return run


class DepthWatch:
    """Asks now and then how many messages wait in a queue, while a sync runs. Without a queue it asks nothing."""

    INTERVAL = 0.5

    def __init__(self, sqs, queue):
        self.sqs, self.queue = sqs, queue
        self.samples = []
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)

    @property
    def looks(self):
        return len(self.samples)

    @property
    def mean(self):
        return sum(self.samples) / len(self.samples) if self.samples else None

    def _watch(self):
        while not self.ended.wait(self.INTERVAL):
            self.samples.append(self.sqs.waiting(self.queue))

    def __enter__(self):
        if self.queue:
            self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        if self.queue:
            self.thread.join(timeout=30)
