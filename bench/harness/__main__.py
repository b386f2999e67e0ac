"""The benchmark's command line; scripts/bench runs it in its own Python environment."""

import argparse
import signal
import sys
import time

from . import limits, micro, report
from .contenders import CONTENDERS
from .goals import Results, evaluate
from .measurement import SCENARIOS, median_run
from .scenarios import run_contender
from .stack import Stack


# What is measured beside the contenders: the raw limits, and the micro-benchmarks of single steps.
EXTRA = ["limits", "micro"]
FEWEST_FOR_GOALS = 100_000


def options():
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Measures User Sync side by side with other ways to the same end.")
    parser.add_argument("--users", type=positive, default=1_000_000, help="user records in the stream (default: 1000000)")
    parser.add_argument("--paced-users", type=positive, default=20_000,
                        help="user records when the source keeps its own pace, 1000 a second (default: 20000)")
    parser.add_argument("--workers", type=positive, default=2, help="worker processes of those who have workers (default: 2)")
    parser.add_argument("--repeat", type=positive, default=3, help="runs of each; medians are shown (default: 3)")
    parser.add_argument("--only", type=names, default=[*CONTENDERS, "limits"], metavar="NAME,…",
                        help=f"only these: {', '.join([*CONTENDERS, *EXTRA])} (default: all but micro)")
    parser.add_argument("--scenarios", type=scenario_names, default=list(SCENARIOS), metavar="NAME,…",
                        help=f"only these: {', '.join(SCENARIOS)}; a fresh one comes before every other")
    parser.add_argument("--micro-build", choices=["release", "debug"], default="release",
                        help="how the programs of micro are built; debug only shows that they work (default: release)")
    parser.add_argument("--check", action="store_true", help="exit with 1 when a goal is not met")
    parser.add_argument("--executables", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--peers", required=True, help=argparse.SUPPRESS)
    return parser.parse_args()


def positive(text):
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is no whole number from 1 on")
    return int(text)


def some_of(known, text):
    chosen = text.split(",")
    if unknown := [name for name in chosen if name not in known]:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}")
    return [name for name in known if name in chosen]


def names(text):
    return some_of([*CONTENDERS, *EXTRA], text)


def scenario_names(text):
    return some_of(SCENARIOS, text)


def say(text):
    print(f"==> {text}", file=sys.stderr, flush=True)


def measure(stack, chosen):
    """All runs, by contender and scenario. Repeats go round the contenders, so that a slow minute hits them all."""
    runs = {}
    for repeat in range(stack.options.repeat):
        for name in [name for name in stack.options.only if name != "micro"]:
            began = time.monotonic()
            if name == "limits":
                results = limits.run_limits(stack)
            else:
                results = run_contender(stack, CONTENDERS[name](stack), chosen)
            for run in results:
                say(f"round {repeat + 1}: {run.contender}, {run.scenario}: {run.seconds:.2f} s, {run.rate:,.0f} users/s")
                runs.setdefault((run.contender, run.scenario), []).append(run)
            say(f"round {repeat + 1}: {name} took {time.monotonic() - began:.0f} s in all")
    return runs


def main():
    chosen = options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with Stack(chosen) as stack:
        runs = measure(stack, chosen.scenarios)
        version = stack.postgres.version
        print(f"{report.machine(version)}\nmedians of {chosen.repeat} runs, {chosen.workers} workers")
        if "micro" in chosen.only:
            micro.print_steps(stack)
    medians = [median_run(group) for group in runs.values()]
    signing = micro.signing_ratio(chosen.micro_build) if "limits" in chosen.only else None
    for scenario in SCENARIOS:
        if found := [run for run in medians if run.scenario == scenario]:
            report.print_scenario(scenario, found)
    if found := [run for run in medians if run.scenario == "limit"]:
        report.print_limits(found, signing)
    if chosen.users < FEWEST_FOR_GOALS and not chosen.check:
        print(f"\nThe goals are for {FEWEST_FOR_GOALS:,} users or more: below, starting and ending is most of what a run takes.")
        return 0
    if not medians:
        # Single steps have no goals.
        return 0
    all_hold = report.print_goals(evaluate(Results(medians, signing)))
    return 1 if chosen.check and not all_hold else 0


if __name__ == "__main__":
    sys.exit(main())
