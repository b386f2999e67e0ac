"""Holds the metrics that alarms and dashboard name against those that the programs emit.

Usage: check_metric_names.py                    against the programs' sources and docs/metrics.md
       check_metric_names.py REPORT LOG...      also against what a sync on a deployment printed (deploy_stack.py wrote the report): lines
                                                of the Embedded Metric Format, other lines in between

A metric of ours is right when ServiceMetric names it, a program uses that case, docs/metrics.md gives it to the service that the
dimension names, and the deployment that it names is the one that main.yaml tells the programs: the stack's name. With a report, each
must have been printed, with that name.
"""

import json
import pathlib
import re
import sys

from cfn_templates import read

ROOT = pathlib.Path(__file__).resolve().parents[3]
NAMESPACE = "UserSync"
DIMENSIONS = ["Deployment", "Service"]
STACK_NAME = {"Ref": "AWS::StackName"}
ENUM = ROOT / "Sources/ServiceRuntime/Metrics/ServiceMetric.swift"


def metrics_of_alarms(template):
    """(alarm, namespace, metric, dimensions) of each metric that an alarm looks at."""
    for name, resource in template["Resources"].items():
        if resource["Type"] != "AWS::CloudWatch::Alarm":
            continue
        properties = resource["Properties"]
        metrics = [properties] if "MetricName" in properties else []
        metrics += [each["MetricStat"]["Metric"] for each in properties.get("Metrics", []) if "MetricStat" in each]
        if not metrics:
            raise SystemExit(f"the alarm {name} looks at no metric")
        for metric in metrics:
            yield name, metric["Namespace"], metric["MetricName"], {d["Name"]: d["Value"] for d in metric["Dimensions"]}


def metrics_of_dashboard(template):
    for name, resource in template["Resources"].items():
        if resource["Type"] != "AWS::CloudWatch::Dashboard":
            continue
        for widget in json.loads(resource["Properties"]["DashboardBody"]["Sub"])["widgets"]:
            for metric in widget["properties"].get("metrics", []):
                namespace, metric_name, *pairs = [each for each in metric if isinstance(each, str)]
                yield f"{name}, {widget['properties']['title']}", namespace, metric_name, dict(zip(pairs[::2], pairs[1::2]))


def told_deployments(template):
    """(program, its METRICS_DEPLOYMENT or None) of each container and function that runs a program which measures."""
    for resource in template["Resources"].values():
        properties = resource["Properties"] if resource["Type"] in ("AWS::ECS::TaskDefinition", "AWS::Lambda::Function") else {}
        if "ImageConfig" in properties:
            yield "worker, as a function", properties["Environment"]["Variables"].get("METRICS_DEPLOYMENT")
        for container in properties.get("ContainerDefinitions", []):
            if container["Command"][0] in ("orchestrator", "worker"):
                variables = {each["Name"]: each["Value"] for each in container["Environment"]}
                yield container["Name"], variables.get("METRICS_DEPLOYMENT")


def is_stack_name(value, given):
    """Whether a value of a nested template is a parameter that main.yaml fills with the stack's name."""
    match value:
        case {"Ref": name}:
            return given.get(name) == STACK_NAME
        case str(text) if reference := re.fullmatch(r"\$\{(\w+)\}", text):
            return given.get(reference[1]) == STACK_NAME
    return False


def metrics_of_programs():
    """Name and service of each metric that a program uses."""
    sources = "\n".join(path.read_text() for path in (ROOT / "Sources").rglob("*.swift") if path != ENUM)
    cases = dict(re.findall(r'^ *case (\w+) = "(\w+)"$', ENUM.read_text(), re.MULTILINE))
    used = {name for case, name in cases.items() if re.search(rf"\.{case}\b", sources)}
    documented = dict(re.findall(r"^\| `(\w+)` \| (\w+) \| [\w/]+ \| \w+ \|", (ROOT / "docs/metrics.md").read_text(), re.MULTILINE))
    return {(name, documented.get(name)) for name in used}


def check_templates():
    """Problems of the templates, and the metrics of ours that they name, each with its service."""
    wrong, ours, programs = [], set(), 0
    known = metrics_of_programs()
    for nested in read(ROOT / "infra/main.yaml")["Resources"].values():
        given = nested["Properties"].get("Parameters", {})
        template = read(ROOT / "infra" / nested["Properties"]["TemplateURL"])
        for where, namespace, metric, dimensions in [*metrics_of_alarms(template), *metrics_of_dashboard(template)]:
            if namespace != NAMESPACE:
                continue
            ours.add((metric, dimensions.get("Service")))
            if list(dimensions) != DIMENSIONS or (metric, dimensions["Service"]) not in known:
                wrong.append(f"{where}: {metric} {dimensions} is not in the programs' sources")
            elif not is_stack_name(dimensions["Deployment"], given):
                wrong.append(f"{where}: {metric} is of the deployment {dimensions['Deployment']}, not of the stack's name")
        for program, deployment in told_deployments(template):
            programs += 1
            if not is_stack_name(deployment, given):
                wrong.append(f"{program} is told METRICS_DEPLOYMENT={deployment}, not the stack's name")
    if not ours or programs != 3:
        wrong.append(f"{len(ours)} metrics of {NAMESPACE} and {programs} programs: this check has lost what it checks")
    return wrong, ours


def printed_metrics(logs):
    """Name, deployment and service of each metric in the logs."""
    printed = set()
    for log in logs:
        for line in pathlib.Path(log).read_text().splitlines():
            if not line.startswith("{") or '"_aws"' not in line:
                continue
            document = json.loads(line)
            for directive in document["_aws"]["CloudWatchMetrics"]:
                if directive["Namespace"] == NAMESPACE and [DIMENSIONS] == directive["Dimensions"]:
                    values = tuple(document[dimension] for dimension in DIMENSIONS)
                    printed |= {(metric["Name"], *values) for metric in directive["Metrics"]}
    return printed


def main():
    wrong, ours = check_templates()
    said = f"alarms and dashboard name {len(ours)} metrics of {NAMESPACE}, each in the programs' sources and told apart by the stack's name"
    if sys.argv[1:]:
        stack = json.loads(pathlib.Path(sys.argv[1]).read_text())["stack"]
        printed = printed_metrics(sys.argv[2:])
        wrong += [f"{metric} of {service} in {stack} was not printed" for metric, service in ours if (metric, stack, service) not in printed]
        said += f"\nthe sync printed all of them as metrics of {stack}"
    if wrong:
        raise SystemExit("\n".join(sorted(wrong)))
    print(said)


if __name__ == "__main__":
    main()
