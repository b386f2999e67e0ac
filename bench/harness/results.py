"""The file of a complete benchmark: for each part of it, every round, and where and when it was measured.

A part is replaced as a whole: what is compared with each other was measured in one run. Parts of one file may come from several runs;
each says from which. The file carries a checksum, so that a figure that was changed by hand is noticed.
"""

import hashlib
import json
from dataclasses import dataclass, field, replace
from pathlib import Path

from .measurement import Run, medians
from .plan import PARTS

FORMAT = 1


@dataclass
class Part:
    date: str = ""
    commit: str = ""
    machine: str = ""
    rounds: int = 0
    runs: list = field(default_factory=list)
    signing: float | None = None  # the cost of signing over that of its hash
    text: str | None = None  # what the single steps printed
    cores: int = 0

    def medians(self):
        return medians(self.runs)

    def find(self, contender, scenario, users=None):
        """The median of these runs; none when there was none."""
        return next((run for run in self.medians() if (run.contender, run.scenario) == (contender, scenario)
                     and users in (None, run.users)), None)

    def rounds_of(self, contender, scenario):
        return [run for run in self.runs if (run.contender, run.scenario) == (contender, scenario)]

    def joined(self, other):
        if (self.commit, self.machine) != (other.commit, other.machine):
            raise ValueError(f"rounds of commit {self.commit} ({self.machine}) and of {other.commit} ({other.machine}) do not add up")
        return replace(other, date=f"{self.date} and {other.date}", rounds=self.rounds + other.rounds, runs=self.runs + other.runs)

    def origin(self):
        """Where the figures come from, as one line."""
        rounds = "one round" if self.rounds == 1 else f"median of {self.rounds} rounds"
        return f"{self.date}, commit {self.commit}, {rounds}, {self.machine}."


class Results:
    def __init__(self, parts=None):
        self.parts = parts or {}

    def part(self, name):
        return self.parts.get(name) or Part()

    @staticmethod
    def load(path):
        """Reads the file; raises ValueError when it is not one that `save` wrote."""
        document = json.loads(Path(path).read_text())
        if document.get("format") != FORMAT:
            raise ValueError(f"{path} has format {document.get('format')}: this program reads format {FORMAT}")
        if document.get("sha256") != checksum(document["parts"]):
            raise ValueError(f"{path} was edited by hand: measure again with scripts/bench --save {path}")
        return Results({name: Part(**{**part, "runs": [Run.from_json(run) for run in part["runs"]]})
                        for name, part in document["parts"].items()})

    def save(self, path):
        parts = {}
        for name in PARTS:
            if name in self.parts:
                part = vars(self.parts[name])
                parts[name] = {key: value for key, value in part.items() if value is not None}
                parts[name]["runs"] = [run.to_json() for run in part["runs"]]
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(path.name + ".new")
        temporary.write_text(written(parts))
        temporary.replace(path)

    def replace(self, others):
        """Takes over the parts of another run."""
        return Results({**self.parts, **others.parts})

    def add(self, others):
        """Adds the rounds of another run: the medians are then those of both. Both must be of the same programs on the same machine."""
        return self.replace(Results({name: self.parts[name].joined(part) if name in self.parts else part
                                     for name, part in others.parts.items()}))


def checksum(parts):
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def written(parts):
    """JSON with one run per line, so that a diff of two files can be read."""
    lines = ["{", f'"format": {FORMAT},', f'"sha256": "{checksum(parts)}",', '"parts": {']
    for index, (name, part) in enumerate(parts.items()):
        lines.append(f'"{name}": {{')
        lines += [f'"{key}": {json.dumps(value)},' for key, value in part.items() if key != "runs"]
        lines.append('"runs": [')
        lines += [json.dumps(run) + ("," if number < len(part["runs"]) - 1 else "") for number, run in enumerate(part["runs"])]
        lines.append("]}" + ("," if index < len(parts) - 1 else ""))
    return "\n".join([*lines, "}}", ""])
