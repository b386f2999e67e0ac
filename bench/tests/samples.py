"""Runs as a benchmark could give them, for the tests."""

from harness.measurement import Run, Traffic, Usage
from harness.results import Part, Results

MB = 1 << 20


def run(contender="user-sync", scenario="fresh", *, users=1_000_000, seconds=6.0, cpu=2.0, peak=60, **other):
    """A run of a contender with two workers; `cpu` is that of all its processes together, `peak` in MB that of the largest."""
    usage = {contender: Usage(cpu / 2, peak * MB), "worker-1": Usage(cpu / 4, 40 * MB), "worker-2": Usage(cpu / 4, 40 * MB),
             "postgres": Usage(6.0, 500 * MB), "sqs": Usage(2.0, 300 * MB), "simulator": Usage(0.2, 20 * MB)}
    figures = {"wal": 300 * MB, "traffic": Traffic(600, 150 * MB, 1800), "lag": 0.2, **other}
    return Run(contender, scenario, users, seconds, usage, **figures)


def part(*runs, **other):
    return Part(date="2026-01-02 03:04 UTC", commit="abc", machine="2 cores", rounds=1, runs=list(runs), cores=2, **other)


def whole():
    """Results in which every goal holds."""
    own = [run(), run(scenario="unchanged", seconds=1.0), run(scenario="changed", seconds=1.2, wal=60 * MB, rows=10_000, hot=9_900)]
    full = [run("user-sync-full", scenario) for scenario in ("fresh", "unchanged", "changed")]
    others = [run("by-hand", seconds=7.0), run("script", seconds=13.0, cpu=12), run("dlt", seconds=43.0), run("sling", seconds=13.0),
              run("singer", seconds=65.0)]
    sizes = []
    for factor in (1, 5, 10):
        users, times = factor * 1_000_000, factor
        sizes += [run(users=users, seconds=6.0 * times), run(scenario="unchanged", users=users, seconds=1.0 * times),
                  run(scenario="changed", users=users, seconds=1.2 * times), run(scenario="full", users=users, seconds=5.0 * times)]
    pace = [run(scenario="pace", users=600_000, seconds=600.2, traffic=Traffic(300, 1000, 300), dollars=0.03)]
    return Results({"peers": part(*own, *full, *others), "sizes": part(*sizes), "pace": part(*pace)})


def every_part():
    """The same, and the parts that have no goals."""
    results = whole()
    steps = [run(scenario="delayed", workers=count, consumers=consumers, depth=3) for consumers in (None, 1) for count in (1, 2)]
    results.parts["scaling"] = part(*steps)
    results.parts["fields"] = part(*[run(name, scenario) for name in ("user-sync", "ten-fields") for scenario in ("fresh", "unchanged")])
    results.parts["against"] = part(*[run(name, scenario) for name in ("user-sync", "before") for scenario in ("fresh", "unchanged")])
    results.parts["steps"] = part(text="**Parsing**\n\n- fast")
    return results
