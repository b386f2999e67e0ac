"""The benchmark's command line; scripts/bench runs it in its own Python environment."""

import argparse
import importlib.util
import os
import signal
import sys
import time

from . import estimate, goals, micro, plan, report
from .measurement import SCENARIOS
from .parts import PARTS
from .peers import CONTENDERS
from .results import Part, Results
from .stack import ROOT, Stack

# What is measured beside the contenders: the raw limits with them, and parts of their own.
OTHERS = ["limits", "micro", "sizes", "pace", "scaling", "fields", "against"]
EVERYTHING = [*CONTENDERS, *OTHERS]


def options():
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Measures User Sync side by side with other ways to the same end.")
    parser.add_argument("--users", type=positive, default=1_000_000, help="user records in the stream (default: 1000000)")
    parser.add_argument("--workers", type=positive, default=2, help="worker processes of those who have workers (default: 2)")
    parser.add_argument("--repeat", type=positive, default=3, help="rounds; medians are shown (default: 3)")
    parser.add_argument("--only", type=names, default=[*CONTENDERS, "limits"], metavar="NAME,…",
                        help=f"only these: {', '.join(EVERYTHING)}; or all (default: the contenders and limits)")
    parser.add_argument("--scenarios", type=scenario_names, default=list(SCENARIOS), metavar="NAME,…",
                        help=f"of the contenders only these: {', '.join(SCENARIOS)}; a fresh one comes before every other")
    parser.add_argument("--resync-rounds", type=whole, metavar="N",
                        help="rounds in which the peers also sync again; in the others they only sync afresh (default: all)")
    parser.add_argument("--pace-seconds", type=positive, default=goals.PACE_SECONDS, metavar="N",
                        help="how long the source takes at its own pace, 1000 users per second (default: 600)")
    parser.add_argument("--scaling-users", type=positive, metavar="N",
                        help="users of each step of scaling (default: half of --users)")
    parser.add_argument("--against", metavar="FOLDER", help="orchestrator and worker of an earlier build, to compare this one with")
    parser.add_argument("--micro-build", choices=["release", "debug"], default="release",
                        help="how the programs of micro are built; debug only shows that they work (default: release)")
    parser.add_argument("--save", metavar="FILE", help="put what was measured into this file, in place of the same parts of an earlier run")
    parser.add_argument("--add", action="store_true", help="with --save: add the rounds to those in the file, of the same commit")
    parser.add_argument("--check", action="store_true", help="exit with 1 when a goal that was measured does not hold")
    parser.add_argument("--estimate", action="store_true", help="say how long it takes, and measure nothing")
    parser.add_argument("--executables", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--peers", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--commit", default="unknown", help=argparse.SUPPRESS)
    return complete(parser, parser.parse_args())


def complete(parser, chosen):
    """Fills in what follows from other options."""
    chosen.contenders = [name for name in chosen.only if name in CONTENDERS or name == "limits"]
    chosen.parts = (["peers"] if chosen.contenders else []) + [name for name in plan.PARTS if name in chosen.only]
    chosen.parts += ["steps"] if "micro" in chosen.only else []
    if chosen.against and "against" not in chosen.parts:
        chosen.parts.insert(0, "against")
    if not chosen.against and "against" in chosen.parts:
        if len(chosen.only) < len(EVERYTHING):
            parser.error("against needs --against FOLDER")
        chosen.parts.remove("against")
    if chosen.add and not chosen.save:
        parser.error("--add needs --save FILE")
    for program in ("orchestrator", "worker") if chosen.against else ():
        if not os.access(os.path.join(chosen.against, program), os.X_OK):
            parser.error(f"--against {chosen.against}: it holds no program {program}")
    chosen.resync_rounds = chosen.repeat if chosen.resync_rounds is None else chosen.resync_rounds
    chosen.scaling_users = chosen.scaling_users or max(1, chosen.users // 2)
    return chosen


def whole(text):
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"'{text}' is no whole number")
    return int(text)


def positive(text):
    if whole(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is no whole number from 1 on")
    return int(text)


def some_of(known, text):
    chosen = text.split(",")
    if unknown := [name for name in chosen if name not in known]:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}")
    return [name for name in known if name in chosen]


def names(text):
    return list(EVERYTHING) if text == "all" else some_of(EVERYTHING, text)


def scenario_names(text):
    return some_of(SCENARIOS, text)


def say(text):
    print(f"==> {text}", file=sys.stderr, flush=True)


def new_part(stack):
    return Part(date=time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()), commit=stack.options.commit,
                machine=report.machine(stack.postgres.version), cores=os.cpu_count())


def measure(stack, name):
    """Yields the part as it is after each of its rounds."""
    rounds = 1 if name in plan.ONCE else stack.options.repeat
    part = new_part(stack)
    if name == "steps":
        part.text, part.rounds = micro.steps(stack), rounds
        yield part
        return
    if name == "peers" and "limits" in stack.options.contenders:
        part.signing = micro.signing_ratio(stack.options.micro_build)
    for number in range(rounds):
        began = time.monotonic()
        for run in PARTS[name](stack, number):
            say(f"{name}, round {number + 1}: {run.contender}, {run.scenario}, {run.users} users{workers_of(run)}: {run.seconds:.2f} s, "
                f"{run.rate:,.0f} users/s")
            if name == "pace":
                run.dollars = costs().of_one_sync(run.seconds, stack.options.workers, run.traffic.units)
            part.runs.append(run)
        say(f"{name}, round {number + 1} took {time.monotonic() - began:.0f} s in all")
        part.rounds = number + 1
        yield part


def workers_of(run):
    return f", {run.workers} workers of {run.consumers or 'default'} consumers" if run.workers else ""


def costs():
    """infra/costs.py, which knows AWS's prices."""
    spec = importlib.util.spec_from_file_location("costs", ROOT / "infra/costs.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["costs"] = module
    spec.loader.exec_module(module)
    return module


def main():
    chosen = options()
    for line in estimate.lines(chosen):
        say(line)
    if chosen.estimate:
        return 0
    saved = Results.load(chosen.save) if chosen.save and os.path.exists(chosen.save) else Results()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    results = Results()
    with Stack(chosen) as stack:
        if chosen.add:
            # A part that cannot be added to is refused now, not after it was measured.
            saved.add(Results({name: new_part(stack) for name in chosen.parts}))
        for name in chosen.parts:
            for part in measure(stack, name):
                results.parts[name] = part
                if chosen.save:
                    # After each round: what was measured is kept when a later one fails.
                    (saved.add(results) if chosen.add else saved.replace(results)).save(chosen.save)
            report.print_part(name, results)
    if chosen.parts == ["steps"]:
        return 0
    if chosen.users < goals.FEWEST_USERS and not chosen.check:
        print(f"\nThe goals are for {goals.FEWEST_USERS:,} users or more: below, starting and ending is most of what a run takes.")
        return 0
    none_fails = report.print_goals(results)
    return 1 if chosen.check and not none_fails else 0


if __name__ == "__main__":
    sys.exit(main())
