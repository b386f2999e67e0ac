"""Runs the scenarios of one contender, one after the other, over the same table: fresh, nothing changed, 1% changed; and at pace."""

from .measurement import Run
from .processes import Usage, forget_peak

# Generation of the source in each scenario, in the order in which they are run.
FULL_SPEED = {"fresh": 0, "unchanged": 0, "changed": 1}
ARRAY, ARRAY_MILLISECONDS = 100, 100


def run_contender(stack, contender, scenarios):
    """Yields a `Run` for each scenario."""
    full_speed = [name for name in FULL_SPEED if name in scenarios or name == "fresh"]
    if any(name in scenarios for name in FULL_SPEED):
        contender.prepare()
        for scenario in full_speed:
            yield run_once(stack, contender, scenario, FULL_SPEED[scenario], stack.options.users)
        contender.leave()
    if "paced" in scenarios and contender.reads_source:
        contender.prepare()
        yield run_once(stack, contender, "paced", 0, stack.options.paced_users, interval_ms=ARRAY_MILLISECONDS)
        contender.leave()


def run_once(stack, contender, scenario, generation, users, interval_ms=0):
    contender.prepare_run(generation, users)
    watched = [stack.postgres.process, stack.sqs.process, *contender.workers]
    source = None
    if contender.reads_source:
        source, stack.source_environment = stack.source.serve(generation, interval_ms=interval_ms, users=users)
        watched.append(source)
    stack.postgres.settle(contender.database)
    traffic, wal = stack.sqs.traffic(), stack.postgres.wal_position()
    before = {process.name: process.cpu() for process in watched}
    for process in watched:
        forget_peak(process.pid)
    seconds, usage, ended = contender.run(generation, users)
    lag = ended - stack.source.ended_at if source and stack.source.ended_at else None
    # Deleting the last messages may go on for a moment after the end that counts.
    traffic = stack.sqs.traffic() - traffic
    measured = {contender.name: usage}
    for process in watched:
        process.check()
        measured[process.name.removeprefix(f"{contender.name}-")] = Usage(
            process.cpu() - before[process.name], process.peak())
    run = Run(contender.name, scenario, users, seconds, measured, stack.postgres.wal_position() - wal,
              traffic if contender.uses_queue else None, lag)
    contender.check(generation, users)
    if source:
        stack.processes.stop(source)
    return run
