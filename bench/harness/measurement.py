"""What one run of one contender gave, and the medians of several. Plain data: a file holds it, and other modules judge it."""

import statistics
from dataclasses import dataclass, field

SCENARIOS = {
    "fresh": "fresh: an empty table",
    "unchanged": "nothing changed since",
    "changed": "1% changed since",
}
SHARED = ("postgres", "sqs", "simulator", "proxy")


@dataclass
class Usage:
    """CPU seconds, user and system together, and the largest resident size in bytes; pages of an index's file are not counted."""

    cpu: float = 0.0
    peak: float = 0


@dataclass
class Traffic:
    """Requests that were answered, the bytes of their bodies there and back, and what SQS would bill: units of 64 KiB."""

    requests: float = 0
    bytes: float = 0
    units: float = 0

    def __sub__(self, other):
        return Traffic(self.requests - other.requests, self.bytes - other.bytes, self.units - other.units)


@dataclass
class Run:
    contender: str
    scenario: str
    users: int
    seconds: float
    usage: dict = field(default_factory=dict)  # name of a process → Usage
    wal: float | None = None  # bytes
    traffic: Traffic | None = None
    lag: float | None = None  # seconds from the source's last byte to the end
    rows: float | None = None  # rows that were updated
    hot: float | None = None  # those of them that stayed on their page
    depth: float | None = None  # messages that waited in the queue, the mean of the samples
    workers: int | None = None
    consumers: int | None = None  # of each worker
    dollars: float | None = None  # on AWS, without the database

    @property
    def key(self):
        """Runs with the same key are rounds of the same."""
        return self.contender, self.scenario, self.users, self.workers, self.consumers

    @property
    def rate(self):
        return self.users / self.seconds

    def cpu(self, *prefixes):
        """CPU seconds of the processes whose names begin so; of all but the shared servers when none is named."""
        names = [name for name in self.usage if (name.startswith(prefixes) if prefixes else name not in SHARED)]
        return sum(self.usage[name].cpu for name in names)

    def peak(self):
        """The largest peak of the contender's own processes."""
        return max(usage.peak for name, usage in self.usage.items() if name not in SHARED)

    def to_json(self):
        plain = {name: value for name, value in vars(self).items() if value is not None and name not in ("usage", "traffic")}
        plain["seconds"] = round(self.seconds, 3)
        plain["cpu"] = {name: round(usage.cpu, 3) for name, usage in self.usage.items()}
        plain["peak"] = {name: usage.peak for name, usage in self.usage.items()}
        if self.traffic:
            plain["traffic"] = vars(self.traffic)
        return plain

    @staticmethod
    def from_json(plain):
        plain = dict(plain)
        cpu, peak, traffic = plain.pop("cpu"), plain.pop("peak"), plain.pop("traffic", None)
        return Run(**plain, usage={name: Usage(cpu[name], peak[name]) for name in cpu}, traffic=traffic and Traffic(**traffic))


def median_of(values):
    values = [value for value in values if value is not None]
    return statistics.median(values) if values else None


def median_run(runs):
    """The median of each figure of several runs of the same."""
    first = runs[0]
    traffic = first.traffic and Traffic(*(
        median_of(getattr(run.traffic, name) for run in runs) for name in ("requests", "bytes", "units")))
    usage = {name: Usage(median_of(run.usage[name].cpu for run in runs), median_of(run.usage[name].peak for run in runs))
             for name in first.usage}
    figures = {name: median_of(getattr(run, name) for run in runs)
               for name in ("seconds", "wal", "lag", "rows", "hot", "depth", "dollars")}
    return Run(first.contender, first.scenario, first.users, usage=usage, traffic=traffic,
               workers=first.workers, consumers=first.consumers, **figures)


def medians(runs):
    """One run for each key, in the order of their first rounds."""
    groups = {}
    for run in runs:
        groups.setdefault(run.key, []).append(run)
    return [median_run(group) for group in groups.values()]
