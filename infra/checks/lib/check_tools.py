"""Tests of what infra/deploy and the others decide without AWS. Usage: check_tools.py"""

import pathlib
import sys
import tempfile
import unittest

INFRA = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(INFRA / "lib"), str(INFRA)]

import environment  # noqa: E402
import importlib.machinery  # noqa: E402
import importlib.util  # noqa: E402
from account import ensure_ecs_role  # noqa: E402
from aws import Problem  # noqa: E402
from image import manifest_problem  # noqa: E402
from secret import read_key  # noqa: E402
from stack import precious  # noqa: E402
from zones import choose_zones  # noqa: E402


def program(name):
    """A program without the ending .py, as a module."""
    loader = importlib.machinery.SourceFileLoader(f"infra_{name}", str(INFRA / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


class Manifests(unittest.TestCase):
    """https://docs.aws.amazon.com/lambda/latest/dg/images-create.html"""

    DOCKER = {"mediaType": "application/vnd.docker.distribution.manifest.v2+json", "layers": []}
    OCI = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "layers": []}
    PROVENANCE = {"mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [{"platform": {"architecture": "amd64"}}, {"platform": {"architecture": "unknown"}}]}
    BOTH = {"mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [{"platform": {"architecture": "amd64"}}, {"platform": {"architecture": "arm64"}}]}
    OLD_LIST = {"mediaType": "application/vnd.docker.distribution.manifest.list.v2+json", "manifests": [{"platform": {"architecture": "amd64"}}]}

    def test_lambda_takes_one_manifest_and_no_index(self):
        for manifest in (self.DOCKER, self.OCI):
            self.assertIsNone(manifest_problem(manifest, "lambda", "x86_64"))
        for manifest in (self.PROVENANCE, self.BOTH, self.OLD_LIST, {"manifests": []}):
            self.assertIn("Lambda refuses", manifest_problem(manifest, "lambda", "x86_64"))

    def test_ecs_takes_an_index_that_holds_the_architecture(self):
        self.assertIsNone(manifest_problem(self.BOTH, "containers", "arm64"))
        self.assertIsNone(manifest_problem(self.PROVENANCE, "containers", "x86_64"))
        self.assertIn("needs arm64", manifest_problem(self.PROVENANCE, "containers", "arm64"))
        self.assertIn("of a kind", manifest_problem({"mediaType": "application/json"}, "containers", "arm64"))


class Environments(unittest.TestCase):
    def test_a_variable_is_the_parameter_in_capitals(self):
        for parameter, name in {"LegacyApiUrl": "LEGACY_API_URL", "DatabaseStorageGiB": "DATABASE_STORAGE_GIB", "VpcId": "VPC_ID", "Profile": "PROFILE"}.items():
            self.assertEqual(environment.variable(parameter), name)

    def test_parameters_are_those_of_the_template(self):
        found = environment.template_parameters()
        self.assertFalse(found["LegacyApiUrl"])
        self.assertTrue(found["Zones"])
        self.assertTrue(found["MaxWorkers"])
        self.assertNotIn("Small", found)

    def test_the_example_is_read_and_each_commented_line_is_a_setting(self):
        example = environment.Environment("example")
        self.assertEqual(example.stack, "user-sync-example")
        self.assertEqual(example.parameters()["Profile"], "small")
        known = {environment.variable(p) for p in environment.template_parameters()} | set(environment.OWN)
        for line in example.path.read_text().splitlines():
            if line.startswith("#") and "=" in line and " " not in line:
                self.assertIn(line[1:].partition("=")[0], known)


    def test_numbers_that_contradict_each_other_are_refused_before_aws_is_asked(self):
        example = environment.Environment("example")
        for wrong in ({"WORKERS_AT_START": "5"}, {"MAX_WORKERS": "2", "WORKERS_AT_START": "3"}, {"DATABASE_STORAGE_GIB": "500"}, {"MAX_WORKERS": "many"}):
            with self.subTest(wrong), self.assertRaises(Problem):
                broken = environment.Environment("example")
                broken.values |= wrong
                broken.parameters()
        example.values |= {"WORKERS_AT_START": "8", "MAX_WORKERS": "8", "DATABASE_STORAGE_GIB": "500", "DATABASE_MAX_STORAGE_GIB": "550"}
        self.assertEqual(example.parameters()["MaxWorkers"], "8")

    def test_fields_of_ones_own_reach_the_template(self):
        example = environment.Environment("example")
        example.values["SYNC_EXTRA_FIELDS"] = "phone:text,plan:text:plan_name"
        self.assertEqual(example.parameters()["SyncExtraFields"], "phone:text,plan:text:plan_name")


class Accounts(unittest.TestCase):
    """A new account has no role for ECS, and its first cluster fails."""

    class Account:
        def __init__(self, answers):
            self.answers, self.asked = answers, []

        def maybe(self, codes, service, operation, *_):
            self.asked.append(operation)
            answer = self.answers[operation]
            if isinstance(answer, str) and answer not in codes:
                raise Problem(answer)
            return None if isinstance(answer, str) else answer

    def test_the_role_of_ecs_is_made_unless_it_is_there(self):
        there = self.Account({"get-role": {"Role": {}}})
        ensure_ecs_role(there)
        self.assertEqual(there.asked, ["get-role"])
        new = self.Account({"get-role": "NoSuchEntity", "create-service-linked-role": {"Role": {}}})
        ensure_ecs_role(new)
        self.assertEqual(new.asked, ["get-role", "create-service-linked-role"])

    def test_a_deployer_who_may_not_make_roles_goes_on(self):
        ensure_ecs_role(self.Account({"get-role": "AccessDenied", "create-service-linked-role": "AccessDenied"}))
        self.assertRaises(Problem, ensure_ecs_role, self.Account({"get-role": "Throttling"}))


class Names(unittest.TestCase):
    """What infra/destroy takes for its own must not be another stack's, whose name begins alike."""

    destroy = program("destroy")

    def test_databases(self):
        self.assertTrue(self.destroy.is_instance_of("user-sync", "user-sync-0123456789ab"))
        for other in ("user-sync-staging-0123456789ab", "user-sync", "user-sync-0123456789abc", "user-syncs-0123456789ab", "user-sync-restored"):
            self.assertFalse(self.destroy.is_instance_of("user-sync", other), other)

    def test_log_groups(self):
        ours = ["user-sync-Orchestrator-1ABC-Logs-2DEF", "/aws/rds/instance/user-sync-0123456789ab/postgresql", "/aws/vendedlogs/states/user-sync-0123456789ab"]
        others = ["user-sync-staging-Orchestrator-1ABC-Logs-2DEF", "/aws/rds/instance/user-sync-staging-0123456789ab/postgresql", "/aws/lambda/user-sync-Orchestrator-1-Logs-2"]
        groups = [{"logGroupName": name} for name in ours + others]
        leftovers = self.destroy.Leftovers(lambda *_: {"logGroups": groups}, None, "user-sync")
        self.assertEqual(leftovers.log_groups(), ours)


class Others(unittest.TestCase):
    def test_a_key_is_one_line_and_loses_the_newline_at_its_end(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "key"
            for text, key in {"abc\n": "abc", "abc": "abc", "abc\r\n": "abc"}.items():
                file.write_text(text)
                self.assertEqual(read_key(str(file)), key)
            for text in ("", "\n", "a\nb\n", " abc\n"):
                file.write_text(text)
                self.assertRaises(Problem, read_key, str(file))
        self.assertRaises(Problem, read_key, "/nowhere/key")

    def test_zones_without_fargate_are_not_chosen(self):
        class Region:
            region = "us-east-1"

            def __call__(self, *_):
                return {"AvailabilityZones": [{"ZoneId": f"use1-az{n}", "ZoneName": f"us-east-1{letter}"} for letter, n in zip("abcd", (3, 6, 1, 2))]}

        self.assertEqual(choose_zones(Region()), ["us-east-1c", "us-east-1d"])

    def test_data_is_precious_wherever_a_change_would_take_it(self):
        def change(action, name, kind, replacement=None):
            return {"Action": action, "LogicalResourceId": name, "ResourceType": kind} | ({"Replacement": replacement} if replacement else {})

        nested, database = "AWS::CloudFormation::Stack", "AWS::RDS::DBInstance"
        going = [change("Remove", "Database", nested), change("Modify", "Database", database, "True"), change("Remove", "Queue", "AWS::SQS::Queue")]
        staying = [change("Modify", "Database", database, "False"), change("Modify", "Database", nested), change("Remove", "Alarms", nested), change("Add", "Database", database)]
        self.assertEqual(precious(going + staying), going)


if __name__ == "__main__":
    unittest.main(verbosity=1)
