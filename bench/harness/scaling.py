"""Which part is the limit when more workers no longer help."""

GROUPS = {"orchestrator": "user-sync", "workers": "worker", "PostgreSQL": "postgres", "SQS server": "sqs", "proxy": "proxy"}
# Of all cores: so busy, nothing more fits on the machine.
FULL_MACHINE = 0.9
# Of one core: the SQS server here answers on one.
FULL_SERVER = 0.85
# Messages for each consumer: with so many waiting, consumers are what is missing.
LONG_QUEUE = 1


def cores(run):
    """Cores that each group of processes kept busy."""
    return [run.cpu(prefix) / run.seconds for prefix in GROUPS.values()]


def limit_of(run, machine_cores, default_consumers=None):
    """The limit in words: what is used up, by processor time and by what waits in the queue."""
    busy = dict(zip(GROUPS, cores(run)))
    consumers = run.workers * (run.consumers or default_consumers or 2 * machine_cores)
    everything = sum(usage.cpu for usage in run.usage.values()) / run.seconds
    if everything >= FULL_MACHINE * machine_cores:
        largest = max(busy, key=busy.get)
        return f"the processors, most of all {largest}"
    if busy["SQS server"] >= FULL_SERVER:
        return "the SQS server, which uses one core"
    if (run.depth or 0) >= LONG_QUEUE * consumers:
        return "the workers: they wait for the database"
    return "the source and the sending: the queue is nearly empty"
