"""Holds the metrics that alarms and dashboard name against those that the programs emit.

Usage: check_metric_names.py             against the programs' sources and docs/metrics.md
       check_metric_names.py LOG...      also against what a sync printed: lines of the Embedded Metric Format, other lines in between

A metric of ours is right when ServiceMetric names it, a program uses that case, and docs/metrics.md gives it to the service that the
dimension names. With logs, each must have been printed, too.
"""

import json
import pathlib
import re
import sys

from cfn_templates import read

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAMESPACE = "UserSync"
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


def metrics_of_programs():
    """Name and service of each metric that a program uses."""
    sources = "\n".join(path.read_text() for path in (ROOT / "Sources").rglob("*.swift") if path != ENUM)
    cases = dict(re.findall(r'^ *case (\w+) = "(\w+)"$', ENUM.read_text(), re.MULTILINE))
    used = {name for case, name in cases.items() if re.search(rf"\.{case}\b", sources)}
    documented = dict(re.findall(r"^\| `(\w+)` \| (\w+) \| [\w/]+ \| \w+ \|", (ROOT / "docs/metrics.md").read_text(), re.MULTILINE))
    return {(name, documented.get(name)) for name in used}


def metrics_printed(logs):
    printed = set()
    for log in logs:
        for line in pathlib.Path(log).read_text().splitlines():
            if not line.startswith("{") or '"_aws"' not in line:
                continue
            document = json.loads(line)
            for directive in document["_aws"]["CloudWatchMetrics"]:
                if directive["Namespace"] == NAMESPACE:
                    printed |= {(metric["Name"], document["Service"]) for metric in directive["Metrics"]}
    return printed


def main():
    named = []
    for path in sorted((ROOT / "infra/templates").glob("*.yaml")):
        template = read(path)
        named += [*metrics_of_alarms(template), *metrics_of_dashboard(template)]
    ours = [(where, metric, dimensions) for where, namespace, metric, dimensions in named if namespace == NAMESPACE]
    sources = {"the programs' sources": metrics_of_programs()}
    if sys.argv[1:]:
        sources["what the sync printed"] = metrics_printed(sys.argv[1:])
    wrong = [
        f"{where}: {metric} {dimensions} is not in {source}"
        for where, metric, dimensions in ours
        for source, metrics in sources.items()
        if list(dimensions) != ["Service"] or (metric, dimensions["Service"]) not in metrics
    ]
    if not ours:
        wrong.append(f"no alarm looks at a metric of {NAMESPACE}: this check has lost what it checks")
    if wrong:
        raise SystemExit("\n".join(wrong))
    different = len({metric for _, metric, _ in ours})
    print(f"alarms and dashboard name {different} metrics of {NAMESPACE}; each is in {' and in '.join(sources)}")


if __name__ == "__main__":
    main()
