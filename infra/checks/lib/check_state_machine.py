"""Walks the state machines of infra/templates/sync.yaml through each way a sync can go, and says where they do otherwise than they must.

Usage: check_state_machine.py

For each way it demands how the execution ends, whether an operator is called, how often the orchestrator is tried, and that the workers
are let go exactly when no sync runs any more. Tasks are scripted; the machines themselves are run (states.py). The check fails when it does
not notice one of the mistakes at its end.
"""

import json
import pathlib
import re
import sys

import states
from cfn_templates import read
from states import Failure, Success

INFRA = pathlib.Path(__file__).resolve().parents[2]
ALARMS = {"FAILED": "ExecutionsFailed", "TIMED_OUT": "ExecutionsTimedOut"}
MINUTE, HOUR = 60, 3600


def definition(template, name, runtime):
    """A machine's definition with the names that CloudFormation fills in: numbers where JSON wants one, else any text."""
    text = template["Resources"][name]["Properties"]["DefinitionString"]["Sub"]
    text = text[0] if isinstance(text, list) else text
    text = text.replace("${WorkerRuntime}", runtime)
    return json.loads(re.sub(r"\$\{[\w:]+\}", "1", text))


def exit_status(status):
    """The cause of a task that ended with this status, as the service integration of ECS words it."""
    cause = {"Attachments": [], "Containers": [{"Cpu": "0", "ExitCode": status, "LastStatus": "STOPPED"}], "StopCode": "EssentialContainerExited"}
    return json.dumps(cause, separators=(",", ":"))


def ended(status, seconds=20 * MINUTE):
    return Failure("States.TaskFailed", exit_status(status), seconds)


NOT_STARTED = Failure(
    "States.TaskFailed",
    '{"Containers":[{"LastStatus":"STOPPED","Name":"orchestrator"}],"StopCode":"TaskFailedToStart","StoppedReason":"CannotPullContainerError"}',
)
THROTTLED = Failure("ECS.AmazonECSException", "Rate exceeded (Service: AmazonECS; Status Code: 400; Error Code: ThrottlingException)", 1)
DENIED = Failure("ECS.AccessDeniedException", "is not authorized to perform: ecs:RunTask", 1)
TIMEOUT = Failure("States.Timeout", None, 4 * HOUR)
OK = Success(seconds=20 * MINUTE)

# What happens to the tasks, by state; how the execution ends; how often the orchestrator is started.
WAYS = {
    "completed": ({"Sync": [OK]}, "Completed", 1),
    "failed once, then completed": ({"Sync": [ended(1), OK]}, "Completed", 2),
    "failed in each try": ({"Sync": [ended(1)]}, "Failed", 3),
    "killed in each try (137)": ({"Sync": [ended(137)]}, "Failed", 3),
    "the source sent too few (65)": ({"Sync": [ended(65)]}, "Failed", 1),
    "a setting is wrong (78)": ({"Sync": [ended(78)]}, "Failed", 1),
    "a status that begins like another (750)": ({"Sync": [ended(750)]}, "Failed", 3),
    "a status that ends like another (175)": ({"Sync": [ended(175)]}, "Failed", 3),
    "another sync is running (75)": ({"Sync": [ended(75, 5)]}, "AnotherIsRunning", 3),
    "another sync was running, then completed": ({"Sync": [ended(75, 5), OK]}, "Completed", 2),
    "crashed, and its lock outlived it for a while": ({"Sync": [ended(137), ended(75, 5), OK]}, "Completed", 3),
    "the orchestrator took four hours": ({"Sync": [TIMEOUT]}, "TookTooLong", 1),
    "the orchestrator's task did not start": ({"Sync": [NOT_STARTED]}, "Failed", 3),
    "the orchestrator's task started at the second try": ({"Sync": [NOT_STARTED, OK]}, "Completed", 2),
    "the API throttled for a while": ({"Sync": [THROTTLED] * 4 + [OK], "PrepareSchema": [THROTTLED, Success()]}, "Completed", 5),
    "the API throttled for good": ({"PrepareSchema": [THROTTLED]}, "Failed", 0),
    "the role may not start tasks": ({"PrepareSchema": [DENIED]}, "Failed", 0),
    "no schema": ({"PrepareSchema": [ended(3, MINUTE)]}, "Failed", 0),
    "a setting of the schema task is wrong": ({"PrepareSchema": [ended(78, MINUTE)]}, "Failed", 0),
    "the schema at the second try": ({"PrepareSchema": [ended(1, MINUTE), Success()], "Sync": [OK]}, "Completed", 1),
    "the schema took too long": ({"PrepareSchema": [Success(seconds=HOUR)]}, "TookTooLong", 0),
    "the schema's task did not start": ({"PrepareSchema": [NOT_STARTED]}, "Failed", 0),
    "workers could not be kept for a moment": ({"KeepWorkers": [THROTTLED, Success()], "Sync": [OK]}, "Completed", 1),
    "two long tries, and the execution's own limit": ({"Sync": [ended(1, 3 * HOUR)]}, None, 2),
}


class World:
    """The number of workers that must stay up, as the two machines set it, and who is called."""

    def __init__(self, template, alarms, runtime):
        self.machine = definition(template, "StateMachine", runtime)
        self.runtime, self.wrong = runtime, []
        self.alarmed = {r["Properties"]["MetricName"] for r in alarms["Resources"].values() if "AWS/States" == r["Properties"].get("Namespace")}
        self.release, self.calls = None, set()
        if "Release" in template["Resources"]:
            self.release = definition(template, "Release", runtime)
            pattern = template["Resources"]["SyncEnded"]["Properties"]["EventPattern"]["detail"]
            self.calls = set(pattern["status"])

    def after(self, run, others):
        """The least number of workers after an execution: 2 when they are kept. `others` other syncs are running."""
        if self.runtime == "lambda":
            return 0
        kept = 0
        for name in run.visited:
            if name == "KeepWorkers":
                kept = 2
            elif name == "ReleaseWorkers":
                kept = 0
        kept = 2 if others else kept
        if self.release and run.status in self.calls:
            listed = Success({"Executions": [{}] * others}, 1)
            if "ReleaseWorkers" in states.run(self.release, {"Syncs": [listed]}).visited:
                kept = 0
        return kept

    def expect(self, what, condition, run):
        if not condition:
            self.wrong.append(f"{self.runtime}, {what}: {run.status} after {' > '.join(run.visited)}; calls: {run.calls}")


def check(template, alarms, runtime, mistake=None):
    """What is wrong, and how many ways were walked. A mistake is made first, to see that it is noticed."""
    world, ways = World(template, alarms, runtime), 0
    if mistake:
        mistake(world)
    for way, (script, last, tries) in WAYS.items():
        if runtime == "lambda" and "KeepWorkers" in script:
            continue
        run = states.run(world.machine, script)
        ways += 1
        if last is None:
            world.expect(f"{way}: must be timed out", run.status == "TIMED_OUT", run)
        else:
            world.expect(f"{way}: must end in {last}", run.last == last, run)
        world.expect(f"{way}: the orchestrator must be called {tries} times", run.calls.count("Sync") == tries, run)
        world.expect(f"{way}: must end within five hours", run.seconds <= 5 * HOUR, run)
        called = ALARMS.get(run.status) in world.alarmed
        world.expect(f"{way}: an operator must {'not ' if last in ('Completed', 'AnotherIsRunning') else ''}be called",
                     called == (last not in ("Completed", "AnotherIsRunning")), run)
        world.expect(f"{way}: workers must be let go", world.after(run, 0) == 0, run)
        if runtime == "containers":
            world.expect(f"{way}: another sync must keep its workers", world.after(run, 1) == 2, run)
            # Workers that start before the schema is there end in a loop.
            visited = run.visited
            if "KeepWorkers" in visited:
                first = visited.index("KeepWorkers")
                world.expect(f"{way}: the schema comes before the workers", "PrepareSchema" in visited[:first], run)
    # Stopped by a person, in whatever state, or timed out in each: no state of the machine runs after that.
    whole = states.run(world.machine, {"Sync": [OK]})
    for place in range(1, len(whole.visited)):
        for status in ("ABORTED", "TIMED_OUT"):
            run = states.Run(status=status, last=whole.visited[place - 1], visited=whole.visited[:place])
            ways += 1
            world.expect(f"{status} in {run.last}: workers must be let go", world.after(run, 0) == 0, run)
            world.expect(f"{status}: an operator is called for a time-out alone", (ALARMS.get(status) in world.alarmed) == (status == "TIMED_OUT"), run)
    # Lowering the number of workers by hand would take them from a sync that runs already.
    for name, state in world.machine["States"].items():
        if "updateService" in state.get("Resource", "") or (runtime == "lambda" and name in whole.visited and "registerScalable" in state.get("Resource", "")):
            world.wrong.append(f"{runtime}: {name} sets the number of workers, whatever it is")
    return world.wrong, ways


# --- Mistakes, each of which the check must notice


def reroute(machine, **ways):
    """States that go on to others than they should."""
    for name, following in ways.items():
        state = machine["States"][name]
        state["Default" if "Default" in state else "Next"] = following


def reword(machine, name, old, new):
    """Other words in one state."""
    text = json.dumps(machine["States"][name])
    if old not in text:
        raise SystemExit(f"{name} does not hold {old}, so that this mistake cannot be made any more")
    machine["States"][name] = json.loads(text.replace(old, new))


MISTAKES = {
    "workers before the schema": lambda world: reroute(
        world.machine, Begin="AreWorkersContainers", AreWorkersContainers="PrepareSchema", KeepWorkers="PrepareSchema", PrepareSchema="Sync"),
    "a number of workers that is set": lambda world: reword(world.machine, "KeepWorkers", "applicationautoscaling:registerScalableTarget", "ecs:updateService"),
    "65 is tried again": lambda world: reword(world.machine, "Judge", ':65', ':66'),
    "78 is tried again": lambda world: reword(world.machine, "Judge", ':78', ':79'),
    "750 is taken for 75": lambda world: reword(world.machine, "Judge", ':75,*', ':75*'),
    "a time-out is tried again": lambda world: reword(world.machine, "Judge", "States.Timeout", "States.Timeouts"),
    "a throttled call is final": lambda world: reword(world.machine, "Sync", '"MaxAttempts": 5', '"MaxAttempts": 0'),
    "workers stay after a time-out and a stop": lambda world: world.calls.difference_update({"TIMED_OUT", "ABORTED"}),
    "workers go while another sync runs": lambda world: reword(world.release, "IsOneRunning", "true", "false"),
    "no limit": lambda world: world.machine.update(TimeoutSeconds=86400),
    "a failed sync calls nobody": lambda world: world.alarmed.discard("ExecutionsFailed"),
}


def is_noticed(template, alarms, mistake):
    try:
        return any(check(template, alarms, runtime, mistake)[0] for runtime in ("containers", "lambda"))
    except states.NotUnderstood:
        # An execution that Step Functions ends itself, for a path that leads nowhere.
        return True


def main():
    template, alarms = read(INFRA / "templates/sync.yaml"), read(INFRA / "templates/alarms.yaml")
    results = [check(template, alarms, runtime) for runtime in ("containers", "lambda")]
    wrong = [each for problems, _ in results for each in problems]
    wrong += [f"the check does not notice this mistake: {name}" for name, mistake in MISTAKES.items() if not is_noticed(template, alarms, mistake)]
    if wrong:
        raise SystemExit("\n".join(wrong))
    print(f"the state machine does as it must in {sum(ways for _, ways in results)} ways: its end, its tries, its alarms, its workers; {len(MISTAKES)} mistakes are noticed")


if __name__ == "__main__":
    sys.exit(main())
