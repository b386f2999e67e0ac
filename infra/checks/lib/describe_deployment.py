"""Prints what a sync on a deployment needs, as JSON: its outputs, the environment of the orchestrator's task, and temporary credentials of
both programs' roles.

Usage: describe_deployment.py STACK_NAME
"""

import json
import sys

import boto3


def credentials(role):
    answer = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="check-infra")["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": answer["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": answer["SecretAccessKey"],
        "AWS_SESSION_TOKEN": answer["SessionToken"],
    }


def environment(task):
    """The variables of a task definition's container."""
    definition = boto3.client("ecs").describe_task_definition(taskDefinition=task)["taskDefinition"]
    return {each["name"]: each["value"] for each in definition["containerDefinitions"][0]["environment"]}


def main(name):
    stack = boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    report = {
        "stack": name,
        "outputs": outputs,
        "environment": environment(outputs["OrchestratorTaskArn"]),
        "orchestrator": credentials(outputs["OrchestratorTaskRoleArn"]),
        "worker": credentials(outputs["WorkerRoleArn"]),
    }
    json.dump(report, sys.stdout, indent=2)


if __name__ == "__main__":
    main(sys.argv[1])
