"""The parts of a benchmark. Each measures one round of what is compared with each other."""

from . import limits
from .contenders import EarlierUserSync, UserSync
from .measurement import SCENARIOS
from .peers import CONTENDERS
from .plan import SCALING_WORKERS, SIZES
from .scenarios import DepthWatch, run_contender, run_once
from .servers import DelayingProxy
from .source import Stream

PACE_USERS_PER_SECOND, PACE_CHANGED, PACE_INTERVAL_MS = 1000, 0.02, 100
DATABASE_DELAY_MS = 5
COMPARED_AGAIN = 3  # a re-sync takes a second: a few tell more than one
# Of the ten fields half are text, as in a usual table of users.
TEN_FIELDS = ",".join([f"extraText{number}:text:extra_text_{number}" for number in range(1, 6)]
                      + ["extraInteger1:integer:extra_integer_1", "extraInteger2:integer:extra_integer_2",
                         "extraNumber1:number:extra_number_1", "extraBoolean1:boolean:extra_boolean_1",
                         "extraTimestamp1:timestamp:extra_timestamp_1"])


def peers(stack, round_number):
    """Repeats go round the contenders, so that a slow minute hits them all. From some round on, the peers only start afresh."""
    options = stack.options
    for name in options.contenders:
        if name == "limits":
            yield from limits.run_limits(stack)
            continue
        is_own = issubclass(CONTENDERS[name], UserSync)
        scenarios = options.scenarios if is_own or round_number < options.resync_rounds else ["fresh"]
        yield from run_contender(stack, CONTENDERS[name](stack), scenarios)


def sizes(stack, _round):
    """The service alone, with one, five and ten times the users; at the end everything is sent once more, for the memory that takes."""
    for factor in SIZES:
        contender = UserSync(stack)
        users = factor * stack.options.users
        yield from run_contender(stack, contender, SCENARIOS, users, leave=False)
        contender.settings = {"SYNC_MODE": "full"}
        yield run_once(stack, contender, "full", Stream(users).next())
        contender.leave()


def pace(stack, _round):
    """The source keeps its own pace over a table that is filled already; 2% of the users have changed."""
    contender = UserSync(stack)
    first = Stream(PACE_USERS_PER_SECOND * stack.options.pace_seconds, changed_rate=PACE_CHANGED)
    contender.prepare()
    run_once(stack, contender, "fresh", first)
    yield run_once(stack, contender, "pace", first.next(interval_ms=PACE_INTERVAL_MS))
    contender.leave()


def scaling(stack, _round):
    """Fresh syncs with more and more workers, while each answer of the database comes 5 ms later."""
    stream = Stream(stack.options.scaling_users)
    for consumers in (None, 1):
        for workers in SCALING_WORKERS:
            with DelayingProxy(stack.processes, stack.postgres.port, DATABASE_DELAY_MS) as proxy:
                settings = {} if consumers is None else {"WORKER_CONCURRENCY": str(consumers)}
                contender = UserSync(stack, workers=workers, settings=settings, port=proxy.port)
                contender.prepare()
                run = run_once(stack, contender, "delayed", stream, others=[proxy.process],
                               watch=DepthWatch(stack.sqs, contender.queue))
                contender.leave()
            run.workers, run.consumers = workers, consumers
            yield run


def fields(stack, round_number):
    """Five fields beside fifteen, the same users."""
    plain = UserSync(stack)
    more = UserSync(stack, settings={"SYNC_EXTRA_FIELDS": TEN_FIELDS})
    more.name = "ten-fields"
    for contender, own_fields in in_turn(round_number, (plain, ""), (more, TEN_FIELDS)):
        yield from run_contender(stack, contender, ["fresh", "unchanged"], own_fields=own_fields, again=COMPARED_AGAIN)


def against(stack, round_number):
    """An earlier build beside this one."""
    for contender in in_turn(round_number, EarlierUserSync(stack), UserSync(stack)):
        yield from run_contender(stack, contender, ["fresh", "unchanged"], again=COMPARED_AGAIN)


def in_turn(round_number, *contenders):
    """Every other round begins with the other one: coming second may be an advantage."""
    return contenders if round_number % 2 == 0 else contenders[::-1]


PARTS = {part.__name__: part for part in (peers, sizes, pace, scaling, fields, against)}
