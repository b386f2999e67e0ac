"""What one run of one contender gave, and the medians of several."""

import statistics
from dataclasses import dataclass, field

from .processes import Usage
from .sqs import Traffic

SCENARIOS = {
    "fresh": "(a) fresh: an empty table",
    "unchanged": "(b) nothing changed since",
    "changed": "(c) 1% changed since",
    "paced": "(d) at the source's own pace",
}


@dataclass
class Run:
    contender: str
    scenario: str
    users: int
    seconds: float
    usage: dict = field(default_factory=dict)  # name of a process → Usage
    wal: int | None = None
    traffic: Traffic | None = None
    lag: float | None = None

    @property
    def rate(self):
        return self.users / self.seconds

    def cpu(self, *prefixes):
        """CPU seconds of the processes whose names begin so; of all but the shared servers when none is named."""
        names = [name for name in self.usage
                 if (name.startswith(prefixes) if prefixes else name not in ("postgres", "sqs", "simulator"))]
        return sum(self.usage[name].cpu for name in names)


def median_run(runs):
    """The medians of each figure of several runs of the same; the largest of each peak."""
    def median(values):
        values = [value for value in values if value is not None]
        return statistics.median(values) if values else None

    first = runs[0]
    return Run(
        first.contender, first.scenario, first.users, median(run.seconds for run in runs),
        {name: Usage(median(run.usage[name].cpu for run in runs), max(run.usage[name].peak for run in runs))
         for name in first.usage},
        median(run.wal for run in runs),
        first.traffic and Traffic(median(run.traffic.requests for run in runs), median(run.traffic.bytes for run in runs)),
        median(run.lag for run in runs),
    )
