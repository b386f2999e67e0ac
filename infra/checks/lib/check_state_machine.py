"""Walks the state machine of infra/templates/sync.yaml through each way a sync can go, and says where it ends otherwise than it must.

Usage: check_state_machine.py

Tasks are not run: each succeeds, or fails with the cause that Step Functions would give. Only what sync.yaml uses is understood.
"""

import fnmatch
import json
import pathlib
import re

from cfn_templates import read

TEMPLATE = pathlib.Path(__file__).resolve().parents[3] / "infra/templates/sync.yaml"


def definition(runtime):
    """The definition with the names that CloudFormation fills in: numbers where JSON wants one, else any text."""
    text = read(TEMPLATE)["Resources"]["StateMachine"]["Properties"]["DefinitionString"]["Sub"][0]
    text = text.replace("${WorkerRuntime}", runtime)
    return json.loads(re.sub(r"\$\{[\w:]+\}", "1", text))


def at(path, data):
    """The value at a path such as $.failure.Cause, and None where there is none."""
    for name in path.split(".")[1:]:
        data = data.get(name) if isinstance(data, dict) else None
    return data


def holds(choice, data):
    match choice:
        case {"And": choices}:
            return all(holds(each, data) for each in choices)
        case {"Variable": path, "IsPresent": wanted}:
            return (at(path, data) is not None) == wanted
        case {"Variable": path, "StringEquals": wanted}:
            return at(path, data) == wanted
        case {"Variable": path, "StringMatches": pattern} if not set("?[") & set(pattern):
            return fnmatch.fnmatchcase(at(path, data), pattern)
    raise SystemExit(f"sync.yaml: this choice is not understood: {choice}")


def walk(machine, failing=None, cause=None):
    """The names of the states in their order; the task `failing` fails in the end, after its retries."""
    name, data, visited = machine["StartAt"], {}, []
    while name:
        if len(visited) > len(machine["States"]):
            raise SystemExit(f"sync.yaml: it goes round in circles: {visited}")
        visited.append(name)
        state = machine["States"][name]
        match state["Type"]:
            case "Pass":
                data[state["ResultPath"].removeprefix("$.")] = state["Result"]
                name = state["Next"]
            case "Choice":
                name = next((each["Next"] for each in state["Choices"] if holds(each, data)), state["Default"])
            case "Task" if name == failing:
                catch = state["Catch"][0]
                data[catch["ResultPath"].removeprefix("$.")] = {"Error": "States.TaskFailed", "Cause": cause}
                name = catch["Next"]
            case "Task":
                name = state["Next"]
            case "Succeed" | "Fail":
                name = None
    return visited


def exit_status(status):
    """The cause of a task that ended with this status, as the service integration of ECS words it."""
    return json.dumps({"Containers": [{"ExitCode": status, "LastStatus": "STOPPED"}]}, separators=(",", ":"))


def main():
    wrong = []

    def expect(what, visited, last, *, released):
        if visited[-1] != last or ("ReleaseWorkers" in visited) != released:
            wrong.append(f"{what}: {' > '.join(visited)}")

    for runtime in ("containers", "lambda"):
        machine, own = definition(runtime), runtime == "containers"
        expect(f"{runtime}, completed", walk(machine), "Completed", released=own)
        for status in (1, 175, 78, 137):
            visited = walk(machine, "Sync", exit_status(status))
            expect(f"{runtime}, the orchestrator ended with {status}", visited, "Failed", released=own)
        visited = walk(machine, "PrepareSchema", exit_status(3))
        expect(f"{runtime}, no schema", visited, "Failed", released=own)
        # The one that runs needs its workers.
        visited = walk(machine, "Sync", exit_status(75))
        expect(f"{runtime}, another sync is running", visited, "Failed", released=False)
    if wrong:
        raise SystemExit("\n".join(wrong))
    print("the state machine ends as it must in 14 ways, and lets the workers go but where another sync needs them")


if __name__ == "__main__":
    main()
