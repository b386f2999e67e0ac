"""The command line of `scripts/mutate`, which explains it."""

from __future__ import annotations

import argparse
import json
import logging
import random
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from .modules import MODULES, Module
from .operators import Mutant, applied, mutants
from .sandbox import Sandbox, SandboxError

ROOT = Path(__file__).resolve().parents[3]
log = logging.getLogger("mutants")
KILLED_BY_UNIT, KILLED_BY_SUITES, SURVIVED, NOT_BUILT = "unit", "suites", "survived", "not built"


def main() -> int:
    """Tries the mutants that were asked for, and prints the table of all that were ever tried here."""
    arguments = parse()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S", stream=sys.stderr)
    folder = ROOT / ".build-mutate"
    folder.mkdir(exist_ok=True)
    results = Results(folder / "results.jsonl")
    if not arguments.table:
        deadline = time.monotonic() + arguments.minutes * 60 if arguments.minutes else None
        for name in arguments.module or list(MODULES):
            try:
                try_module(MODULES[name], arguments, folder, results, deadline)
            except SandboxError as error:
                log.error("%s", error)
                return 1
    print(results.table())
    return 0


def parse() -> argparse.Namespace:
    """The arguments; `scripts/mutate --help` tells of them."""
    parser = argparse.ArgumentParser(prog="scripts/mutate", add_help=False)
    parser.add_argument("--module", action="append", choices=list(MODULES))
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--unit", action="store_true")
    parser.add_argument("--table", action="store_true")
    return parser.parse_args()


class Results:
    """What came of each mutant, in a file that a later run goes on with."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, dict[str, str]] = {}
        if path.exists():
            for line in path.read_text().splitlines():
                entry = json.loads(line)
                self._known[entry["key"]] = entry

    def outcome(self, mutant: Mutant) -> str | None:
        """What came of it, if it was tried."""
        return self._known.get(mutant.key, {}).get("outcome")

    def add(self, mutant: Mutant, outcome: str) -> None:
        """Notes what came of it."""
        entry = {"key": mutant.key, "outcome": outcome, **{name: str(value) for name, value in asdict(mutant).items()}}
        self._known[mutant.key] = entry
        with self._path.open("a") as file:
            file.write(json.dumps(entry) + "\n")

    def table(self) -> str:
        """Counts by module, and a line for each mutant that survived."""
        lines = ["| module | tried | killed by unit tests | killed by all | survived |", "| --- | --- | --- | --- | --- |"]
        survivors = []
        for name in MODULES:
            outcomes = [each["outcome"] for each in self._known.values() if each["module"] == name]
            tried = sum(each != NOT_BUILT for each in outcomes)
            if not tried:
                continue
            unit, suites = outcomes.count(KILLED_BY_UNIT), outcomes.count(KILLED_BY_SUITES)
            survived = outcomes.count(SURVIVED)
            lines.append(
                f"| {name} | {tried} | {unit} ({unit / tried:.0%}) | {unit + suites} ({(unit + suites) / tried:.0%}) | {survived} |"
            )
        for each in self._known.values():
            if each["outcome"] == SURVIVED:
                mutant = Mutant(each["module"], each["path"], int(each["line"]), each["operator"], each["before"], each["after"])
                survivors.append(f"survived: {mutant.text()}")
        return "\n".join([*lines, "", *survivors])


def choose(module: Module, count: int, seed: int) -> list[Mutant]:
    """Mutants of a module, of each kind of change as many as of every other while there are any; always the same for a seed."""
    dice = random.Random(f"{module.name}/{seed}")
    by_operator: dict[str, list[Mutant]] = {}
    for path in module.files(ROOT):
        for each in mutants(module.name, str(path.relative_to(ROOT)), path.read_text()):
            by_operator.setdefault(each.operator, []).append(each)
    for found in by_operator.values():
        dice.shuffle(found)
    chosen: list[Mutant] = []
    while by_operator and len(chosen) < count:
        for operator in sorted(by_operator):
            chosen.append(by_operator[operator].pop())
            if not by_operator[operator]:
                del by_operator[operator]
    return chosen[:count]


def try_module(module: Module, arguments: argparse.Namespace, folder: Path, results: Results, deadline: float | None) -> None:
    """Tries mutants of one module: first its unit tests, then for those that survive the suites that touch it."""
    waiting = [each for each in choose(module, arguments.count, arguments.seed) if results.outcome(each) is None]
    if not waiting:
        return
    unit = Sandbox(ROOT, folder / module.name, module.unit)
    whole = Sandbox(ROOT, folder / "whole")
    unit_arguments = ["--skip", "Integration"]
    suite_arguments = [part for each in module.suites for part in ("--filter", each)]
    log.info("%s: building its unit tests", module.name)
    unit.prepare(unit_arguments)
    is_whole_ready = False
    for mutant in _until(deadline, waiting):
        source = (ROOT / mutant.path).read_text()
        outcome = attempt(unit, mutant, source, unit_arguments, KILLED_BY_UNIT)
        if outcome == SURVIVED and not arguments.unit:
            if not is_whole_ready:
                log.info("building everything, for those that survive")
                whole.prepare(suite_arguments)
                is_whole_ready = True
            outcome = attempt(whole, mutant, source, suite_arguments, KILLED_BY_SUITES)
        results.add(mutant, outcome)
        log.info("%s: %s", outcome, mutant.text())


def _until(deadline: float | None, waiting: Iterable[Mutant]) -> Iterable[Mutant]:
    for mutant in waiting:
        if deadline is not None and time.monotonic() > deadline:
            return
        yield mutant


def attempt(sandbox: Sandbox, mutant: Mutant, source: str, arguments: list[str], killed: str) -> str:
    """Builds a mutant, runs tests, and puts the file back."""
    sandbox.write(mutant.path, applied(mutant, source))
    try:
        if not sandbox.build():
            return NOT_BUILT
        return SURVIVED if sandbox.test(arguments) else killed
    finally:
        sandbox.write(mutant.path, source)


if __name__ == "__main__":
    sys.exit(main())
