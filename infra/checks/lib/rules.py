"""The rules of infra/checks/lib/check_rules.py and rules_limits.py: what one is, and what it looks at."""

import json
import pathlib
import re
from dataclasses import dataclass
from typing import Callable

import yaml
from cfn_templates import read

ROOT = pathlib.Path(__file__).resolve().parents[3]
AWS = "https://docs.aws.amazon.com/"
RULES = []


class Infra:
    """What the rules look at: main.yaml, the templates, and the texts around them."""

    def __init__(self, folder):
        self.main = read(folder / "main.yaml")
        self.templates = {path.name: read(path) for path in sorted((folder / "templates").glob("*.yaml"))}
        self.dockerfile = (folder / "Dockerfile").read_text()
        self.ignored = (folder / "Dockerfile.dockerignore").read_text()
        self.compose = yaml.safe_load((folder / "compose.yaml").read_text())
        self.pin = (folder / "pin").read_text()
        self.pins = (folder / "pins.env").read_text()
        workflows = sorted((folder.parent / ".github/workflows").glob("*.yaml"))
        self.workflows = {path.name: yaml.safe_load(path.read_text()) for path in workflows}
        self.builds = {path.name: path.read_text() for path in [*workflows, folder / "README.md", folder / "lib/image.py", folder / "images"] if path.exists()}

    def resources(self, kind):
        """(template, name, resource) of each resource of a type."""
        for file, template in self.templates.items():
            for name, resource in template["Resources"].items():
                if resource["Type"] == kind:
                    yield file, name, resource

    def resource(self, file, name):
        return self.templates[file]["Resources"][name]["Properties"]

    def containers(self):
        """(template, container) of each container of a task."""
        for file, _, resource in self.resources("AWS::ECS::TaskDefinition"):
            for container in resource["Properties"]["ContainerDefinitions"]:
                yield file, container

    def container(self, file):
        return next(container for where, container in self.containers() if where == file)

    def machine(self, name):
        """The definition of a state machine, with 1 in place of each name that CloudFormation fills in."""
        text = self.resource("sync.yaml", name)["DefinitionString"]["Sub"]
        text = text[0] if isinstance(text, list) else text
        return json.loads(re.sub(r"\$\{[\w:]+\}", "1", text))


@dataclass
class Rule:
    name: str
    source: str  # where it is written
    check: Callable  # Infra -> problems
    breaks: tuple  # functions, Infra -> None, each of which breaks it


def rule(name, source, *breaks):
    def add(check):
        RULES.append(Rule(name, source, check, breaks))
        return check

    return add


def texts(value):
    """All texts in a value."""
    if isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
    elif isinstance(value, str):
        yield value
