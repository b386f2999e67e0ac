"""Stands in for what moto does not do: tasks of ECS that end, workers of a service that run, syncs of the state machine that end.

Nothing of the product runs here. A task ends at once, with 0 unless control.py's file says otherwise, and leaves a line in its log. A sync
ends after a moment, and leaves the orchestrator's last words in its log. infra/checks/check-infra runs the real programs against the
queues of a deployment besides.
"""

import json
import time

from moto.applicationautoscaling.models import ApplicationAutoscalingBackend, applicationautoscaling_backends
from moto.core.utils import utcnow
from moto.ecs.models import EC2ContainerServiceBackend
from moto.logs.models import logs_backends
from moto.sqs.models import Queue
from moto.stepfunctions.models import StepFunctionBackend

import control

SYNC_SECONDS = 1.0
least = {}  # workers that must run, by the service's resource ID


def write_log(account, region, group, stream, text):
    backend = logs_backends[account][region]
    if group not in backend.groups:
        return
    if stream not in backend.groups[group].streams:
        backend.create_log_stream(group, stream)
    backend.put_log_events(group, stream, [{"timestamp": int(time.time() * 1000), "message": text}])


# --- Tasks

run_task = EC2ContainerServiceBackend.run_task


def run_task_to_its_end(self, *arguments, **named):
    tasks = run_task(self, *arguments, **named)
    for task in tasks:
        definition = self.describe_task_definition(task.task_definition_arn)
        container = definition.container_definitions[0]
        overrides = (task.overrides or {}).get("containerOverrides", [{}])
        command = overrides[0].get("command") or container["command"]
        statuses = control.read().get("exit", {})
        status = next((code for word, code in statuses.items() if any(word in each for each in command)), 0)
        end = task.containers[0]
        end.name, end.exitCode, end.last_status = container["name"], status, "STOPPED"
        task.ended = True
        options = container["logConfiguration"]["options"]
        stream = f"{options['awslogs-stream-prefix']}/{container['name']}/{task.task_arn.rsplit('/', 1)[1]}"
        write_log(self.account_id, self.region_name, options["awslogs-group"], stream, f"emulated: {' '.join(command)[:60]}: exit status {status}")
    return tasks


describe_tasks = EC2ContainerServiceBackend.describe_tasks


def describe_ended_tasks(self, *arguments, **named):
    tasks = describe_tasks(self, *arguments, **named)
    for task in tasks:
        if getattr(task, "ended", False):
            task.status = task.last_status = task.desired_status = "STOPPED"
    return tasks


# --- Workers

describe_services = EC2ContainerServiceBackend.describe_services


def describe_running_services(self, *arguments, **named):
    services, failures = describe_services(self, *arguments, **named)
    for service in services:
        count = least.get(f"service/{service.cluster_name}/{service.name}", 0)
        broken = control.read().get("workers") == "broken"
        service.desired_count, service.running_count = count, 0 if broken else count
        service.deployments[0] |= {
            "desiredCount": count,
            "runningCount": service.running_count,
            "failedTasks": 3 if broken else 0,
            "rolloutState": "COMPLETED",
        }
    return services, failures


def register_scalable_target(self, namespace, r_id, dimension, min_capacity, max_capacity, role_arn, suspended_state):
    if min_capacity is not None:
        least[r_id] = int(min_capacity)
    backend = applicationautoscaling_backends[self.account_id][self.region_name]
    return original_register(backend, namespace, r_id, dimension, min_capacity, max_capacity or 4, role_arn, suspended_state)


original_register = ApplicationAutoscalingBackend.register_scalable_target


# --- Syncs

start_execution = StepFunctionBackend.start_execution


def start_sync(self, *arguments, **named):
    execution = start_execution(self, *arguments, **named)
    execution.status, execution.until = "RUNNING", time.monotonic() + SYNC_SECONDS
    return execution


def settle(self, execution):
    if execution.status != "RUNNING" or time.monotonic() < getattr(execution, "until", 0):
        return
    execution.status, execution.stop_date = control.read().get("execution", "SUCCEEDED"), utcnow()
    words = {"message": "sync completed" if execution.status == "SUCCEEDED" else "sync failed", "sync_id": 1, "received": 1000}
    for name in list(logs_backends[self.account_id][self.region_name].groups):
        if "-Orchestrator-" in name:
            write_log(self.account_id, self.region_name, name, "orchestrator/orchestrator/sync", json.dumps(words))


list_executions = StepFunctionBackend.list_executions
describe_execution = StepFunctionBackend.describe_execution


def list_ended_executions(self, *arguments, **named):
    for machine in self.state_machines:
        for execution in machine.executions:
            settle(self, execution)
    return list_executions(self, *arguments, **named)


def describe_ended_execution(self, execution_arn):
    execution = describe_execution(self, execution_arn)
    settle(self, execution)
    return execution


def install(port):
    # A queue's URL names its host, and the CLI calls that host.
    Queue.physical_resource_id = property(lambda self: f"http://127.0.0.1:{port}/{self.account_id}/{self.name}")
    EC2ContainerServiceBackend._calculate_task_resource_requirements = lambda *_: {}
    EC2ContainerServiceBackend.run_task = run_task_to_its_end
    EC2ContainerServiceBackend.describe_tasks = describe_ended_tasks
    EC2ContainerServiceBackend.describe_services = describe_running_services
    ApplicationAutoscalingBackend.register_scalable_target = register_scalable_target
    StepFunctionBackend.start_execution = start_sync
    StepFunctionBackend.list_executions = list_ended_executions
    StepFunctionBackend.describe_execution = describe_ended_execution
