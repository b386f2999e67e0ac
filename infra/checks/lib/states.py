"""Runs a state machine of Step Functions on scripted tasks, with a clock of its own. Understands what infra/templates/sync.yaml uses.

The language: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html
Errors, Retry and Catch: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

import copy
import fnmatch
import re
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Failure:
    """How one call of a task ends badly."""

    error: str
    cause: str | None = None
    seconds: int = 60


@dataclass(frozen=True)
class Success:
    output: object = None
    seconds: int = 60


@dataclass
class Run:
    status: str = "RUNNING"
    last: str = ""
    seconds: float = 0
    visited: list = field(default_factory=list)  # states, in order
    calls: list = field(default_factory=list)  # states whose task was called, in order, retries too


class NotUnderstood(Exception):
    pass


MISSING = object()


def at(path, data):
    """The value at a path such as $.failure.Cause or $.Executions[0]; MISSING where there is none."""
    if not re.fullmatch(r"\$(\.\w+|\[\d+\])*", path):
        raise NotUnderstood(f"path {path}")
    for name, index in re.findall(r"\.(\w+)|\[(\d+)\]", path):
        try:
            data = data[name] if name else data[int(index)]
        except (KeyError, IndexError, TypeError):
            return MISSING
    return data


def intrinsic(text, data):
    """What the value of a key that ends in .$ comes to: a path, or one of the functions used."""
    call = re.fullmatch(r"States\.(\w+)\((.*)\)", text)
    if not call:
        value = at(text, data)
        if value is MISSING:
            raise NotUnderstood(f"{text} leads nowhere in {data}")
        return value
    arguments = [intrinsic(each.strip(), data) if each.strip().startswith("$") else int(each) for each in call[2].split(",")]
    match call[1], arguments:
        case "MathAdd", [one, other]:
            return one + other
        case "ArrayGetItem", [array, index]:
            return array[index]
    raise NotUnderstood(text)


def holds(choice, data):
    match choice:
        case {"And": choices}:
            return all(holds(each, data) for each in choices)
        case {"Or": choices}:
            return any(holds(each, data) for each in choices)
        case {"Not": inner}:
            return not holds(inner, data)
        case {"Variable": path, "IsPresent": wanted}:
            return (at(path, data) is not MISSING) == wanted
    value = at(choice["Variable"], data)
    if value is MISSING:
        raise NotUnderstood(f"States.Runtime: {choice['Variable']} leads nowhere in {data}")
    match choice:
        case {"StringEquals": wanted}:
            return value == wanted
        case {"NumericLessThan": bound}:
            return value < bound
        case {"StringMatches": pattern} if not set("?[") & set(pattern):
            return isinstance(value, str) and fnmatch.fnmatchcase(value, pattern)
    raise NotUnderstood(f"choice {choice}")


def catches(names, error):
    """Whether a list of ErrorEquals takes an error. States.TaskFailed takes each but a time-out."""
    return error in names or "States.ALL" in names or ("States.TaskFailed" in names and error != "States.Timeout")


def put(path, value, data):
    """The state's output: its result at ResultPath in its input."""
    if path is None:
        return data
    if path == "$":
        return value
    if not re.fullmatch(r"\$\.\w+", path):
        raise NotUnderstood(f"ResultPath {path}")
    return {**data, path[2:]: value}


def run(machine, script, data=None):
    """Runs a machine. The script holds, by state, how its task ends at each call; the last one counts for all later calls."""
    run = Run()
    data = copy.deepcopy(data) if data is not None else {}
    limit = machine.get("TimeoutSeconds", float("inf"))
    script = {name: list(outcomes) for name, outcomes in script.items()}
    name = machine["StartAt"]
    while True:
        if len(run.visited) > 200:
            raise NotUnderstood(f"it goes round in circles: {run.visited[:20]}")
        state = machine["States"][name]
        run.visited.append(name)
        run.last = name
        match state["Type"]:
            case "Succeed":
                run.status = "SUCCEEDED"
                return run
            case "Fail":
                for path in (state[key] for key in ("ErrorPath", "CausePath") if key in state):
                    if at(path, data) is MISSING:
                        raise NotUnderstood(f"States.Runtime: {path} leads nowhere in {data}")
                run.status = "FAILED"
                return run
            case "Pass":
                if "Parameters" in state:
                    result = {k.removesuffix(".$"): intrinsic(v, data) if k.endswith(".$") else v for k, v in state["Parameters"].items()}
                else:
                    result = state.get("Result", data)
                data = put(state.get("ResultPath", "$"), copy.deepcopy(result), data)
                name = state["Next"]
            case "Wait":
                run.seconds += state["Seconds"] if "Seconds" in state else at(state["SecondsPath"], data)
                name = state["Next"]
            case "Choice":
                name = next((each["Next"] for each in state["Choices"] if holds(each, data)), state.get("Default"))
                if name is None:
                    raise NotUnderstood("States.NoChoiceMatched")
            case "Task":
                name, data = task(run, state, name, data, script.get(name, [Success()]), limit)
                if name is None:
                    return run
            case other:
                raise NotUnderstood(f"a state of the type {other}")
        if run.seconds >= limit:
            run.status, run.seconds = "TIMED_OUT", limit
            return run


def task(run, state, name, data, outcomes, limit):
    """Calls a task until it succeeds, is caught or fails the execution: the next state, None for the end, and its input."""
    used = {}
    while True:
        run.calls.append(name)
        outcome = outcomes.pop(0) if len(outcomes) > 1 else outcomes[0]
        allowed = state.get("TimeoutSeconds", float("inf"))
        if outcome.seconds > allowed:
            outcome = Failure("States.Timeout", None, allowed)
        run.seconds += outcome.seconds
        if run.seconds >= limit:
            run.status, run.seconds = "TIMED_OUT", limit
            return None, data
        if isinstance(outcome, Success):
            result = {} if outcome.output is None else outcome.output
            return state["Next"], put(state.get("ResultPath", "$"), result, data)
        # The first that takes the error decides, with a count of its own.
        index = next((i for i, each in enumerate(state.get("Retry", [])) if catches(each["ErrorEquals"], outcome.error)), None)
        if index is not None:
            retry, count = state["Retry"][index], used.get(index, 0)
            if count < retry.get("MaxAttempts", 3):
                used[index] = count + 1
                # With jitter it is at most this.
                run.seconds += retry.get("IntervalSeconds", 1) * retry.get("BackoffRate", 2) ** count
                continue
        for catch in state.get("Catch", []):
            if catches(catch["ErrorEquals"], outcome.error):
                failure = {"Error": outcome.error} | ({"Cause": outcome.cause} if outcome.cause is not None else {})
                return catch["Next"], put(catch.get("ResultPath", "$"), failure, data)
        run.status = "FAILED"
        return None, data
