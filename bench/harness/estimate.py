"""How long a benchmark takes: seconds of earlier runs on two cores, scaled by users. Good to a quarter; a slower machine takes longer."""

from .measurement import SCENARIOS
from .plan import ONCE, SCALING_WORKERS, SIZES

# For a million users: (fresh, nothing changed, 1% changed).
SYNC_SECONDS = {
    "user-sync": (7, 1.2, 1.5), "user-sync-full": (7, 6, 6), "script": (13, 12, 12), "dlt": (43, 46, 46), "sling": (14, 18, 18),
    "singer": (68, 66, 66), "by-hand": (7, 5, 5)}
# Of each sync: settling the database, counting, comparing the table. First what does not depend on users, then that for a million.
FIXED, PER_MILLION = 1.5, 4
PREPARE = 2  # a database, a queue and workers
STATISTICS = 12  # until PostgreSQL's sessions have reported which rows changed
FILES = 70  # of a million users, for the peers that read files
LIMITS = 12
STEPS = 420  # the builds and single steps of `micro`
START = 30  # servers


def part_seconds(options, part):
    """Seconds of all rounds of a part."""
    millions, rounds = options.users / 1e6, 1 if part in ONCE else options.repeat
    if part == "peers":
        files = FILES * millions if {"by-hand", "sling", "singer"} & set(options.contenders) else 0
        return files + sum(peer_seconds(options, name, number, millions) for number in range(rounds) for name in options.contenders)
    if part == "sizes":
        # The table's indexes no longer fit into the buffers: the larger ones take longer per user.
        full = sum(SYNC_SECONDS["user-sync-full"][1:2])
        one = sum(SYNC_SECONDS["user-sync"]) + full
        return rounds * sum(PREPARE + STATISTICS + 4 * FIXED + factor * millions * (one * 1.1 + 4 * PER_MILLION) for factor in SIZES)
    if part == "pace":
        return options.pace_seconds + PREPARE + 30 * options.pace_seconds * 1000 / 1e6
    if part == "scaling":
        one = PREPARE + 3 + FIXED + options.scaling_users / 1e6 * (10 + PER_MILLION)
        return rounds * 2 * len(SCALING_WORKERS) * one
    if part in ("fields", "against"):
        return rounds * 2 * (PREPARE + 4 * FIXED + millions * (13 + 4 * PER_MILLION))
    return STEPS


def peer_seconds(options, name, round_number, millions):
    if name == "limits":
        return LIMITS * millions
    is_own = name.startswith("user-sync")
    scenarios = options.scenarios if is_own or round_number < options.resync_rounds else ["fresh"]
    times = [seconds for scenario, seconds in zip(SCENARIOS, SYNC_SECONDS[name]) if scenario in scenarios]
    patience = STATISTICS if name == "user-sync" and "changed" in scenarios else 0
    return PREPARE + patience + len(times) * FIXED + millions * (sum(times) + len(times) * PER_MILLION)


def lines(options):
    """The parts with their minutes, and the sum. A build of the programs comes before all of them."""
    seconds = {part: part_seconds(options, part) for part in options.parts}
    yield from (f"{part}: about {minutes(value)} minutes" for part, value in seconds.items())
    yield f"in all: about {minutes(START + sum(seconds.values()))} minutes"


def minutes(seconds):
    return max(1, round(seconds / 60))
