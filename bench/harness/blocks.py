"""The blocks of figures that the documents hold: each is made of nothing but the file of results."""

from . import goals, scaling
from .measurement import SCENARIOS
from .tables import megabytes, number, rounded, seconds, table

TITLES = {
    "user-sync": "User Sync", "user-sync-full": "User Sync, `SYNC_MODE=full`", "script": "Python script", "dlt": "dlt", "sling": "sling",
    "singer": "Singer target", "by-hand": "`COPY` by hand"}
LIMITS = {"curl": "curl to nowhere", "parser": "our parser, one core", "simdjson": "simdjson On-Demand, one core",
          "python-json": "Python's `json`, one core"}
MILLION = 1_000_000
GB = 1e9


def missing(part, only):
    options = f"{only} --save bench/results.json".lstrip()
    return [f"*Not measured yet: `scripts/bench {options}`, then `scripts/figures`.*"]


def block(part, only):
    """A block of this part: it begins with where its figures come from, and says so when there are none."""
    def decorate(function):
        def lines(results):
            if part not in results.parts:
                return missing(part, only)
            found = results.parts[part]
            return [found.origin(), "", *function(found)]
        return lines
    return decorate


def summary(results):
    """README's table: thousands of users per second, a contender per column."""
    if "peers" not in results.parts:
        return missing("peers", "")
    part = results.parts["peers"]
    names = [name for name in TITLES if name != "user-sync-full" and part.find(name, "fresh")]
    rows = [[text, *[thousands(part.find(name, scenario)) for name in names]]
            for scenario, text in (("fresh", "empty table"), ("unchanged", "unchanged"))]
    return [f"Thousands of users per second: {part.origin()}", "",
            *table(["", *[TITLES[name] for name in names]], rows)]


def thousands(run):
    return run and f"{run.rate / 1000:.0f}"


@block("peers", "")
def peers(part):
    fresh = part.find("user-sync", "fresh")
    yield f"{number(fresh.users) if fresh else 'Some'} users, {workers_of(fresh)} workers. Users per second:"
    yield ""
    names = [name for name in TITLES if part.find(name, "fresh")]
    rows = []
    for name in names:
        runs = [part.find(name, scenario) for scenario in SCENARIOS]
        rows.append([TITLES[name], *[run and rounded(run.rate) for run in runs]])
    yield from table(["", *SCENARIOS.values()], rows)
    yield ""
    yield "What the same runs cost. *Own CPU* is that outside PostgreSQL, SQS server and source:"
    yield ""
    rows = []
    for name in names:
        for scenario, text in SCENARIOS.items():
            if run := part.find(name, scenario):
                rows.append([TITLES[name], text, seconds(run.seconds), f"{run.cpu():.1f} s", f"{run.usage['postgres'].cpu:.1f} s",
                             megabytes(run.peak()), megabytes(run.wal), run.traffic and number(run.traffic.requests),
                             len(part.rounds_of(name, scenario))])
    yield from table(["", "scenario", "time", "own CPU", "PostgreSQL's CPU", "largest process", "WAL", "SQS requests", "rounds"], rows)


def workers_of(run):
    return sum(name.startswith("worker") for name in run.usage) if run else "some"


@block("peers", "")
def costs(part):
    columns = [run for run in (part.find(name, scenario) for name in ("user-sync", "user-sync-full")
                               for scenario in ("fresh", "unchanged", "changed")) if run]
    names = {"orchestrator": ("user-sync",), "workers": ("worker",), "PostgreSQL": ("postgres",), "SQS server": ("sqs",),
             "source": ("simulator",)}
    rows = [[name, *[f"{run.cpu(*prefixes) * MILLION / run.users:.1f}" for run in columns]] for name, prefixes in names.items()]
    rows.append(["rows that were updated", *[run.rows is not None and number(run.rows) or None for run in columns]])
    rows.append(["WAL per updated row", *[run.rows and f"{run.wal / run.rows / 1024:.1f} KB" or None for run in columns]])
    rows.append(["of them on their page (HOT)", *[run.rows and f"{100 * run.hot / run.rows:.0f}%" or None for run in columns]])
    short = {"user-sync": "", "user-sync-full": ", full mode"}
    yield from table(["CPU seconds per million users", *[run.scenario + short[run.contender] for run in columns]], rows)


@block("peers", "")
def limits(part):
    rows = [[LIMITS[name], rounded(run.rate)] for name in LIMITS if (run := part.find(name, "limit"))]
    yield from table(["alone", "users/s"], rows)
    if part.signing:
        yield ""
        yield f"Signing a request of 128 KB costs {part.signing:.2f} times its SHA-256."


def judged(results):
    rows = [[goal.text, goal.bound, goal.found, goal.verdict] for goal in goals.evaluate(results)]
    lines = table(["goal", "bound", "measured", ""], rows)
    origins = {part.origin() for part in results.parts.values()}
    return [*lines, "", *sorted(origins)]


@block("sizes", "--only sizes --repeat 2")
def sizes(part):
    rows = []
    for run in part.medians():
        million = MILLION / run.users
        rows.append([number(run.users), {"full": "everything sent again"}.get(run.scenario) or SCENARIOS[run.scenario],
                     rounded(run.rate), seconds(run.seconds * million), f"{run.cpu() * million:.1f} s",
                     f"{run.usage['postgres'].cpu * million:.1f} s", megabytes(run.usage["user-sync"].peak), megabytes(worker_peak(run))])
    yield from table(["users", "scenario", "users/s", "time per million", "own CPU per million", "PostgreSQL's CPU per million",
                      "orchestrator's memory", "a worker's"], rows)


def worker_peak(run):
    return max(usage.peak for name, usage in run.usage.items() if name.startswith("worker"))


@block("pace", "--only pace")
def pace(part):
    run = part.medians()[0]
    yield (f"{number(run.users)} users, 1000 per second, 2% of them changed. The sync ended {run.lag:.2f} s after the source's last byte. "
           f"It made {number(run.traffic.requests)} requests to SQS, waiting polls included, of which AWS bills "
           f"{number(run.traffic.units)}. With `infra/costs.py` and Profile=small that is {run.dollars:.3f} dollars, without the database.")
    yield ""
    yield from table(["process", "CPU seconds", "largest resident size"],
                     [[name, f"{usage.cpu:.1f}", megabytes(usage.peak)] for name, usage in run.usage.items()])


@block("scaling", "--only scaling")
def scaled(part):
    rows = []
    for run in part.medians():
        rows.append([run.workers, run.consumers or "default", rounded(run.rate), *[f"{value:.1f}" for value in scaling.cores(run)],
                     f"{run.depth or 0:.0f}", scaling.limit_of(run, part.cores)])
    yield from table(["workers", "consumers of each", "users/s", "orchestrator", "workers", "PostgreSQL", "SQS server", "proxy",
                      "messages waiting", "the limit"], rows)
    yield ""
    yield "The columns between are cores that each kept busy, of " + str(part.cores) + "."


def compared(part, other, own, names):
    """Two contenders, the medians of their rounds, and the ratio of their times."""
    rows = []
    for scenario in ("fresh", "unchanged"):
        first, second = part.find(other, scenario), part.find(own, scenario)
        rows.append([SCENARIOS[scenario], seconds(first.seconds), seconds(second.seconds), f"{second.seconds / first.seconds:.3f}",
                     f"{first.cpu():.2f} s", f"{second.cpu():.2f} s"])
    first, second = names
    return table(["", f"time, {first}", f"time, {second}", "ratio", f"own CPU, {first}", f"own CPU, {second}"], rows)


@block("fields", "--only fields --repeat 5")
def fields(part):
    yield from compared(part, "user-sync", "ten-fields", ("five fields", "fifteen fields"))


@block("against", "--against FOLDER --only against --repeat 5")
def against(part):
    yield from compared(part, "before", "user-sync", ("the earlier build", "this build"))


@block("steps", "--only micro --users 200000 --repeat 5")
def steps(part):
    yield from part.text.strip().splitlines()


def bends(results):
    """What each link of the chain on AWS can do, by what a user costs here."""
    part = results.part("peers")
    fresh = part.find("user-sync-full", "fresh") or part.find("user-sync", "fresh")
    if fresh is None:
        return missing("peers", "")
    postgres, own = (cpu * MILLION / fresh.users for cpu in (fresh.usage["postgres"].cpu, fresh.usage[fresh.contender].cpu))
    wal = fresh.wal / fresh.users
    rows = [
        ["the legacy API", "100 users each 100 ms", 1000],
        ["PostgreSQL, processor", f"{postgres:.1f} s per million new users; `db.m7g.large` has 2 vCPU", 2 * MILLION / postgres],
        ["PostgreSQL, storage", f"{wal:.0f} bytes of WAL per new user, and about as much again when its pages are written; "
                                "gp3 below 400 GB gives 125 MiB/s", 125 * (1 << 20) / (2 * wal)],
        ["SQS, quota", "300 calls/s for an action in each partition of the queue; a call sends 3 batches", 900_000],
        ["SQS, latency of sends", "4 calls under way, 15 ms each, 3 batches per call", 800_000],
        ["orchestrator, processor", f"{own:.1f} s per million users, on one core", MILLION / own],
    ]
    return [part.origin(), "", *table(["link", "limit", "users/s"], [[link, limit, rounded(rate)] for link, limit, rate in rows])]


BLOCKS = {"summary": summary, "peers": peers, "costs": costs, "limits": limits, "goals": judged, "sizes": sizes, "pace": pace,
          "scaling": scaled, "fields": fields, "against": against, "steps": steps, "bends": bends}
# What a run prints after each part.
OF_PART = {"peers": ("peers", "costs", "limits"), "sizes": ("sizes",), "pace": ("pace",), "scaling": ("scaling",), "fields": ("fields",),
           "against": ("against",), "steps": ("steps",)}
