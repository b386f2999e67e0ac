"""Deploys infra/ to an AWS emulator and prints what a sync needs of it.

Usage: deploy_stack.py INFRA_FOLDER STACK_NAME [PARAMETER=VALUE...]    creates the stacks, and prints the report as JSON
       deploy_stack.py --describe REPORT                               prints such a report for people

The endpoint is AWS_ENDPOINT_URL. moto does not know the outputs of nested stacks, so this does the nesting: it creates each stack
of main.yaml in the order written there, with the parameters that main.yaml passes to it. Prints JSON: the main stack's outputs,
the resources the emulator knows and those it ignored, by type, the environment that the orchestrator's task was given, and
temporary credentials of both programs' deployed roles.
"""

import collections
import json
import pathlib
import sys

import boto3

from cfn_templates import read

# Lines of the templates that moto 5.2.5 fails on. Left out before it sees them, and named in the report.
UNSUPPORTED_LINES = [
    "      DBParameterGroupName: !Ref ParameterGroup\n",  # takes the reference for a name and calls text methods on it
    "  ResourceId: { Value: !GetAtt Database.DbiResourceId }\n",  # knows no such attribute
]

# Outputs of resources that moto does not make, and what stands in for them in the stacks that follow.
STAND_INS = {
    "Database.Outputs.ResourceId": "db-EMULATED",
    "Database.Outputs.PasswordSecretArn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:database-AbCdEf",
}


class Deployment:
    def __init__(self, infra, name, parameters):
        self.infra, self.name = infra, name
        self.main = read(infra / "main.yaml")
        self.parameters = {k: str(v["Default"]) for k, v in self.main["Parameters"].items() if "Default" in v} | parameters
        self.outputs = {}
        self.left_out = []
        self.wanted = collections.Counter()
        self.created = collections.Counter()
        self.cloudformation = boto3.client("cloudformation")

    def value(self, expression):
        """What a value of main.yaml comes to: text, a parameter, or another stack's output."""
        match expression:
            case {"Ref": "AWS::StackName"}:
                return self.name
            case {"Ref": name}:
                return self.parameters[name]
            case {"If": [condition, yes, no]}:
                return self.value(yes if self.holds(condition) else no)
            case {"GetAtt": path}:
                stack, _, output = path.split(".")
                if output not in self.outputs[stack] and path in STAND_INS:
                    self.left_out.append(f"{path}: a stand-in")
                    return STAND_INS[path]
                return self.outputs[stack][output]
            case _:
                return str(expression)

    def holds(self, condition):
        """Whether a condition of main.yaml does: a name, or what it stands for."""
        match condition:
            case str(name):
                return self.holds(self.main["Conditions"][name])
            case {"Equals": [one, other]}:
                return self.value(one) == self.value(other)
            case {"Not": [inner]}:
                return not self.holds(inner)
            case _:
                raise SystemExit(f"main.yaml: deploy_stack.py does not know this condition: {condition}")

    def create_all(self):
        for stack, resource in self.main["Resources"].items():
            if "Condition" in resource and not self.holds(resource["Condition"]):
                continue
            properties = resource["Properties"]
            given = {name: self.value(v) for name, v in properties.get("Parameters", {}).items()}
            self.create(stack, self.infra / properties["TemplateURL"], given)
        return {name: self.value(output["Value"]) for name, output in self.main["Outputs"].items()}

    def create(self, stack, template, given):
        name = f"{self.name}-{stack}"
        text = template.read_text()
        for line in UNSUPPORTED_LINES:
            if line in text:
                self.left_out.append(f"{template.name}: {line.strip()}")
                text = text.replace(line, "")
        self.cloudformation.create_stack(
            StackName=name,
            TemplateBody=text,
            Capabilities=["CAPABILITY_IAM"],
            Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in given.items()],
        )
        answer = self.cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        if answer["StackStatus"] != "CREATE_COMPLETE":
            raise SystemExit(f"{template.name}: the stack is {answer['StackStatus']}: {answer.get('StackStatusReason', '')}")
        self.outputs[stack] = {output["OutputKey"]: output["OutputValue"] for output in answer.get("Outputs", [])}
        self.wanted.update(resource["Type"] for resource in read(template)["Resources"].values())
        for resource in self.cloudformation.describe_stack_resources(StackName=name)["StackResources"]:
            # What moto does not support is listed without a type.
            if "ResourceType" in resource:
                self.created[resource["ResourceType"]] += 1


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


def deploy(infra, name, parameters):
    key = boto3.client("secretsmanager").create_secret(Name=f"{name}/legacy-api-key", SecretString="emulated")["ARN"]
    defaults = {
        "ImageUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/user-sync:check",
        "LegacyApiUrl": "https://legacy.example.com/external/users",
        "LegacyApiKeySecretArn": key,
        "AlarmEmail": "operator@example.com",
    }
    deployment = Deployment(pathlib.Path(infra), name, defaults | dict(each.split("=", 1) for each in parameters))
    outputs = deployment.create_all()
    return {
        "stack": name,
        "outputs": outputs,
        "created": dict(sorted((deployment.wanted & deployment.created).items())),
        "ignored": dict(sorted((deployment.wanted - deployment.created).items())),
        "left out": sorted(set(deployment.left_out)),
        "environment": environment(outputs["OrchestratorTaskArn"]),
        "orchestrator": credentials(outputs["OrchestratorTaskRoleArn"]),
        "worker": credentials(outputs["WorkerRoleArn"]),
    }


def describe(path):
    report = json.loads(pathlib.Path(path).read_text())
    for heading in ("created", "ignored"):
        print(f"{heading}: {sum(report[heading].values())} resources")
        for kind, count in report[heading].items():
            print(f"    {count:2}  {kind}")
    print("left out, or a stand-in:", *report["left out"], sep="\n    ")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--describe", path]:
            describe(path)
        case [infra, name, *parameters]:
            json.dump(deploy(infra, name, parameters), sys.stdout, indent=2)
        case _:
            raise SystemExit(__doc__)
