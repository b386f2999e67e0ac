"""The command line of `scripts/chaos`, which explains it."""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from .clock import Preloads
from .draw import draw
from .plan import Plan
from .shrink import shrink
from .slot import Slots, Work
from .stack import Build
from .trial import Result

ROOT = Path(__file__).resolve().parents[3]
# Short ones that touch every server, both modes, damage, forged messages, one role for all programs and Lambda.
CI_SEEDS = [2, 11, 17, 24, 34, 43, 47, 48, 51, 64, 69, 71]


def main() -> int:
    """Runs what was asked for; 0 when every trial kept every promise."""
    arguments = parse()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if arguments.print:
        for plan in plans(arguments):
            print("\n".join(plan.describe()))
        return 0
    folder = Path(tempfile.mkdtemp(prefix="user-sync-chaos-", dir="/tmp"))
    folder.chmod(0o711)
    try:
        # No seed of CI has a wrong clock, so CI needs neither libfaketime nor a compiler.
        preloads = None if arguments.ci else Preloads(folder)
    except RuntimeError as error:
        print(f"chaos: {error}", file=sys.stderr)
        shutil.rmtree(folder)
        return 1
    build = Build(root=arguments.root.resolve(), programs=arguments.programs.resolve(), preloads=preloads)
    work = Work(root=ROOT, build=build, folder=folder, sqs=arguments.sqs, verbose=arguments.verbose)
    slots = Slots(work, arguments.slots)
    try:
        if arguments.shrink:
            return shrink_seed(slots, next(plans(arguments)), arguments.runs)
        return run_all(slots, arguments, folder)
    except KeyboardInterrupt:
        return 130
    finally:
        slots.end()
        if preloads is not None:
            preloads.remove()
        if not any(folder.iterdir()):
            shutil.rmtree(folder)


def parse() -> argparse.Namespace:
    """The arguments; `scripts/chaos --help` tells of them."""
    parser = argparse.ArgumentParser(prog="scripts/chaos", add_help=False)
    parser.add_argument("--seed", type=seeds, default=None)
    parser.add_argument("--plan", type=Path)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--from", dest="first", type=int, default=1)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--ci", action="store_true")
    parser.add_argument("--shrink", action="store_true")
    parser.add_argument("--print", action="store_true")
    parser.add_argument("--slots", type=int, default=2)
    parser.add_argument("--sqs", choices=["localstack", "moto"], default="localstack")
    parser.add_argument("--root", type=Path, default=ROOT)
    parser.add_argument("--programs", type=Path, required=True)
    parser.add_argument("--report", type=Path)
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args()


def seeds(text: str) -> list[int]:
    """One seed, or several: `7`, `1-20`, `3,5,8`."""
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def plans(arguments: argparse.Namespace) -> Iterator[Plan]:
    """The plans that the arguments ask for; without an end when only a time was given."""
    if arguments.plan:
        wanted = [Plan.from_json(arguments.plan.read_text())]
    elif arguments.ci:
        wanted = [draw(each) for each in CI_SEEDS]
    elif arguments.seed is not None:
        wanted = [draw(each) for each in arguments.seed]
    else:
        seed = arguments.first
        while True:
            yield draw(seed)
            seed += 1
    for plan in wanted:
        for _ in range(arguments.runs):
            yield plan


def run_all(slots: Slots, arguments: argparse.Namespace, folder: Path) -> int:
    """Runs one plan after the other, tells what came of each, and sums up."""
    deadline = time.monotonic() + arguments.minutes * 60 if arguments.minutes else None
    coming, results, running = plans(arguments), list[Result](), 0
    while True:
        while running < arguments.slots and (deadline is None or time.monotonic() < deadline):
            plan = next(coming, None)
            if plan is None:
                break
            slots.give(plan)
            running += 1
        if not running:
            break
        result = slots.take()
        running -= 1
        results.append(result)
        tell(result, arguments)
        if arguments.report:
            with arguments.report.open("a") as report:
                entry = {"seed": result.seed, "kinds": result.kinds, "seconds": round(result.seconds, 1)}
                entry |= {"violations": [f"{each.kind}: {each.text}" for each in result.violations], "notes": result.notes}
                report.write(json.dumps(entry) + "\n")
    return sum_up(results, folder)


def tell(result: Result, arguments: argparse.Namespace) -> None:
    """Prints one line for a good trial, and everything known about a failed one."""
    verdict = ", ".join(result.kinds) if result.violations else "kept every promise"
    print(f"seed {result.seed}: {result.seconds:.0f} s, {verdict}", flush=True)
    if not result.violations:
        return
    plan = Plan.from_json(arguments.plan.read_text()) if arguments.plan else draw(result.seed)
    for line in [*plan.describe(), *(f"  > {note}" for note in result.notes)]:
        print(f"  {line}")
    for each in result.violations:
        print(f"  ! {each.kind}: {each.text}", flush=True)


def sum_up(results: list[Result], folder: Path) -> int:
    """The shares of failures, by seed when seeds ran several times."""
    failed = [each for each in results if each.violations]
    by_seed: dict[int, list[Result]] = {}
    for each in results:
        by_seed.setdefault(each.seed, []).append(each)
    for seed, runs in sorted(by_seed.items()):
        if len(runs) > 1:
            print(f"seed {seed}: {sum(bool(each.violations) for each in runs)} of {len(runs)} runs failed")
    print(f"{len(results)} trials of {len(by_seed)} seeds, {len(failed)} with a broken promise")
    if failed:
        print(f"their logs are in {folder}; run one again with scripts/chaos --seed N --runs 5")
    return 1 if failed else 0


def shrink_seed(slots: Slots, plan: Plan, runs: int) -> int:
    """Prints the shortest plan that breaks what the whole one breaks."""
    slots.give(plan)
    kinds = set(slots.take().kinds)
    if not kinds:
        print("this plan broke nothing this time; --runs tries each candidate more often")
        return 1
    print(f"looking for a shorter plan that breaks one of: {', '.join(sorted(kinds))}", flush=True)

    def still_fails(candidate: Plan) -> bool:
        for _ in range(runs):
            slots.give(candidate)
            if kinds & set(slots.take().kinds):
                return True
        return False

    shortest = shrink(plan, still_fails, lambda text: print(text, flush=True))
    path = Path(f"chaos-{plan.seed}.json")
    path.write_text(shortest.to_json())
    print("\n".join(shortest.describe()))
    print(f"written to {path}: scripts/chaos --plan {path}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
