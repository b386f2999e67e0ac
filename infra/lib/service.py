"""The deployed service: its syncs, tasks, workers and logs."""

from __future__ import annotations

import json
import time
from datetime import datetime, timezone

from aws import Aws, Problem, pause, say, step, wait

ENDS = {
    "SUCCEEDED": "completed",
    "FAILED": "failed: its last words are above, and `infra/run NAME status` says why",
    "TIMED_OUT": "was stopped after five hours",
    "ABORTED": "was stopped by hand",
}


class Service:
    def __init__(self, aws: Aws, outputs: dict):
        self.aws, self.outputs = aws, outputs

    # --- Syncs

    @property
    def machine(self) -> str:
        return self.outputs["StateMachineArn"]

    def running(self) -> list:
        """The executions that run now, newest first."""
        return self.aws("stepfunctions", "list-executions", "--state-machine-arn", self.machine, "--status-filter", "RUNNING")["executions"]

    def start(self) -> str:
        return self.aws("stepfunctions", "start-execution", "--state-machine-arn", self.machine, "--input", "{}")["executionArn"]

    def wait_for(self, execution: str, hours: float = 5.2) -> str:
        """Waits for an execution's end, and gives its status."""

        def ended():
            status = self.aws("stepfunctions", "describe-execution", "--execution-arn", execution)["status"]
            return None if status in ("RUNNING", "PENDING_REDRIVE") else status

        return wait("the sync ends", hours * 3600, ended)

    def wait_until_quiet(self) -> None:
        """Waits until no sync runs and the queue is empty: programs of two releases then never share a batch."""
        running = self.running()
        if running:
            step(f"a sync is running (since {running[0]['startDate']}); waiting for its end. --now does not wait")
            for each in running:
                self.wait_for(each["executionArn"])

        def empty():
            return True if sum(self.depth("QueueUrl")) == 0 else None

        if empty() is None:
            step("batches are in the queue; waiting until workers have applied them. --now does not wait")
            wait("the queue is empty", 1800, empty)

    def depth(self, queue: str) -> tuple:
        """Messages that wait, and messages in flight."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self.aws("sqs", "get-queue-attributes", "--queue-url", self.outputs[queue], "--attribute-names", *names)
        return tuple(int(answer["Attributes"][name]) for name in names)

    def sync(self) -> str:
        """Runs a sync, or waits for the one that runs. Gives its status."""
        running = self.running()
        began = time.time()
        if running:
            step("a sync is running already; waiting for that one")
        else:
            step("a sync starts; a million users take about 20 minutes at the legacy API's own pace")
        execution = running[0]["executionArn"] if running else self.start()
        status = self.wait_for(execution)
        self.print_outcome(began - 6 * 3600 if running else began)
        say(f"the sync {ENDS.get(status, status)}")
        return status

    def print_outcome(self, since: float) -> None:
        """The orchestrator's own last words about a sync."""
        pattern = '{ $.message = "sync completed" || $.message = "sync failed" }'
        events = self.events("OrchestratorLogGroup", since, pattern)
        for event in events[-1:]:
            try:
                fields = json.loads(event["message"])
            except ValueError:
                continue
            hidden = {"timestamp", "level", "logger", "message"}
            say(f"{fields.get('message')}: " + ", ".join(f"{k} {v}" for k, v in sorted(fields.items()) if k not in hidden))

    # --- Tasks

    def network(self) -> str:
        o = self.outputs
        return (
            f"awsvpcConfiguration={{subnets=[{o['OrchestratorSubnetIds']}],securityGroups=[{o['OrchestratorSecurityGroupId']}],"
            f"assignPublicIp={o['OrchestratorPublicIp']}}}"
        )

    def run_task(self, definition: str, container: str, command: list | None = None) -> int:
        """Runs a task to its end, prints what it said, and gives its exit status."""
        began = time.time()
        cluster = self.outputs["ClusterName"]
        overrides = ["--overrides", json.dumps({"containerOverrides": [{"name": container, "command": command}]})] if command else []
        answer = self.aws(
            "ecs", "run-task", "--cluster", cluster, "--launch-type", "FARGATE", "--task-definition", definition,
            "--network-configuration", self.network(), "--propagate-tags", "TASK_DEFINITION", *overrides,
        )  # fmt: skip
        if not answer["tasks"]:
            raise Problem(f"the task could not start: {answer['failures'][0].get('reason', 'no reason given')}")
        arn = answer["tasks"][0]["taskArn"]

        def stopped():
            task = self.aws("ecs", "describe-tasks", "--cluster", cluster, "--tasks", arn)["tasks"][0]
            return task if task["lastStatus"] == "STOPPED" else None

        task = wait("the task ends", 3600, stopped)
        stream = f"{container}/{container}/{arn.rsplit('/', 1)[1]}"
        for event in self.events("OrchestratorLogGroup", began - 60, None, stream):
            say(event["message"])
        status = next((each.get("exitCode") for each in task["containers"] if each["name"] == container), None)
        if status is None:
            raise Problem(f"the task did not start: {task.get('stoppedReason', 'no reason given')}")
        return status

    # --- Workers

    def prove_workers(self) -> None:
        """Starts one worker of the release that was just deployed, sees it run healthy, and lets it go again.

        Between syncs there is none, so that ECS's circuit breaker has nothing to watch during a deployment.
        """
        cluster, service = self.outputs["ClusterName"], self.outputs.get("WorkerServiceName")
        if not service:
            return
        self.keep_workers(1)
        seen = []

        def proven():
            found = self.aws("ecs", "describe-services", "--cluster", cluster, "--services", service)["services"][0]
            newest = next((each for each in found["deployments"] if each["status"] == "PRIMARY"), found["deployments"][0])
            failed = newest.get("failedTasks", 0)
            if newest.get("rolloutState") == "FAILED" or failed >= 3:
                events = [each["message"] for each in found.get("events", [])[:2]]
                raise Problem(f"workers of this release do not start ({failed} failed): {' '.join(events)}\nLook at infra/logs NAME workers; infra/deploy NAME --rollback goes back.")
            running = newest.get("runningCount", 0)
            seen.append(running >= 1)
            # Twice in a row, so that one which starts and ends is not taken for one that runs.
            return True if seen[-3:] == [True, True, True] else None

        try:
            wait("a worker of this release runs", 900, proven)
        finally:
            if not self.running():
                self.keep_workers(0)

    def keep_workers(self, least: int) -> None:
        self.aws(
            "application-autoscaling", "register-scalable-target", "--service-namespace", "ecs", "--scalable-dimension", "ecs:service:DesiredCount",
            "--resource-id", f"service/{self.outputs['ClusterName']}/{self.outputs['WorkerServiceName']}", "--min-capacity", str(least),
        )  # fmt: skip

    # --- Logs

    def events(self, group: str, since: float, pattern: str | None = None, stream: str | None = None) -> list:
        """Lines of a log group, oldest first."""
        arguments = ["--log-group-name", self.outputs[group], "--start-time", str(int(since * 1000))]
        if pattern:
            arguments += ["--filter-pattern", pattern]
        if stream:
            arguments += ["--log-stream-names", stream]
        answer = self.aws.maybe(("ResourceNotFoundException",), "logs", "filter-log-events", *arguments)
        return (answer or {}).get("events", [])

    def follow(self, group: str, since: float, prefix: str | None, endless: bool) -> None:
        """Prints lines of a group as they come, each once."""
        told: set = set()
        while True:
            for event in self.events(group, since):
                if event["eventId"] in told or (prefix and not event["logStreamName"].startswith(prefix)):
                    continue
                told.add(event["eventId"])
                moment = datetime.fromtimestamp(event["timestamp"] / 1000, timezone.utc)
                say(f"{moment:%Y-%m-%d %H:%M:%S} {event['logStreamName'].split('/')[-1][:8]} {event['message'].rstrip()}")
                # AWS may bring a line late; what was told is not told again.
                since = max(since, event["timestamp"] / 1000 - 300)
            if not endless:
                return
            time.sleep(pause())
