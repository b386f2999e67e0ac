"""One deployment's parameters: infra/environments/NAME.env, which can be committed. It holds no secret."""

from __future__ import annotations

import difflib
import pathlib
import re

from aws import Problem

INFRA = pathlib.Path(__file__).resolve().parents[1]

# What infra/deploy finds out by itself.
FOUND = {"ImageUri", "LegacyApiKeySecretArn", "Protection"}
OWN = {
    "REGION": "the AWS region",
    "ACCOUNT": "the account's number; another one is refused",
    "STACK": "the stack's name; user-sync-NAME unless given",
    "TAGS": "tags of every resource, as key=value with commas; service=user-sync unless given",
}


def variable(parameter: str) -> str:
    """LegacyApiUrl: LEGACY_API_URL."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", parameter.replace("GiB", "Gib")).upper()


def template_parameters() -> dict:
    """The parameters of main.yaml, each with whether it has a default."""
    text = (INFRA / "main.yaml").read_text().split("\nParameters:\n", 1)[1]
    section = re.split(r"(?m)^\w", text, maxsplit=1)[0]
    parts = re.split(r"(?m)^  (\w+):", section)[1:]
    return {name: "Default:" in body for name, body in zip(parts[::2], parts[1::2])}


def default_number(parameter: str) -> int:
    """The default of a parameter that is a number."""
    text = (INFRA / "main.yaml").read_text()
    return int(re.search(rf"(?m)^  {parameter}:.*\bDefault: (\d+)", text)[1])


class Environment:
    def __init__(self, name: str):
        if not re.fullmatch(r"[a-z][a-z0-9-]{0,30}", name):
            raise Problem(f"{name!r} is no name of an environment: lower-case letters, digits and hyphens, at most 31")
        self.name = name
        self.path = INFRA / "environments" / f"{name}.env"
        if not self.path.exists():
            raise Problem(f"there is no {self.relative}: cp infra/environments/example.env {self.relative}, and fill in its first lines")
        self.values = self.read()
        self.region = self.required("REGION")
        self.stack = self.values.get("STACK") or f"user-sync-{name}"
        # The database's identifier is the stack's name with a hyphen and twelve digits: 63 at most.
        if not re.fullmatch(r"[a-z](-?[a-z0-9])*", self.stack) or len(self.stack) > 50:
            raise Problem(f"{self.relative}: STACK={self.stack}: lower-case letters, digits and single hyphens, at most 50")

    @property
    def relative(self) -> str:
        return f"infra/environments/{self.name}.env"

    def read(self) -> dict:
        known = {variable(p): p for p in template_parameters() if p not in FOUND}
        values: dict = {}
        for number, line in enumerate(self.path.read_text(encoding="utf-8-sig").splitlines(), 1):
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            name, equals, value = line.partition("=")
            where = f"{self.relative}, line {number}"
            if not equals:
                raise Problem(f"{where}: it is not NAME=VALUE")
            if name not in known and name not in OWN:
                near = difflib.get_close_matches(name, [*known, *OWN], 1)
                hint = f"; do you mean {near[0]}?" if near else "; infra/environments/example.env lists all there are"
                raise Problem(f"{where}: there is no setting {name}{hint}")
            if name in values:
                raise Problem(f"{where}: {name} is set twice")
            value = value.strip()
            if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
                value = value[1:-1]
            values[name] = value
        return values

    def required(self, name: str) -> str:
        if not self.values.get(name):
            raise Problem(f"{self.relative}: {name} is missing")
        return self.values[name]

    def parameters(self) -> dict:
        """The template's parameters that the file sets. One that must be set and is not ends this."""
        given = {}
        for parameter, has_default in template_parameters().items():
            if parameter in FOUND:
                continue
            value = self.values.get(variable(parameter))
            if value is not None:
                given[parameter] = value
            elif not has_default:
                raise Problem(f"{self.relative}: {variable(parameter)} is missing")
        self.compare(given)
        return given

    def compare(self, given: dict) -> None:
        """Ends this when two numbers contradict each other. AWS would find out in the middle of a deployment, or at the first sync."""

        def number(parameter: str) -> int:
            value = given.get(parameter)
            if value is None:
                return default_number(parameter)
            if not re.fullmatch(r"[0-9]{1,9}", value):
                raise Problem(f"{self.relative}: {variable(parameter)}={value} is no number")
            return int(value)

        if number("WorkersAtStart") > number("MaxWorkers"):
            raise Problem(f"{self.relative}: WORKERS_AT_START={number('WorkersAtStart')} is more than MAX_WORKERS={number('MaxWorkers')}: raise the second")
        if number("DatabaseMaxStorageGiB") * 10 < number("DatabaseStorageGiB") * 11:
            raise Problem(f"{self.relative}: DATABASE_MAX_STORAGE_GIB must be at least a tenth more than DATABASE_STORAGE_GIB, so that storage can grow")

    def tags(self) -> list:
        text = self.values.get("TAGS") or "service=user-sync"
        pairs = [each.partition("=") for each in text.split(",")]
        return [f"Key={key.strip()},Value={value.strip()}" for key, _, value in pairs]
