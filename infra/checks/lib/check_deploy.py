"""Deploys, changes, breaks, rolls back and destroys with the programs that people type (infra/deploy and the others), against an emulator.

Usage: check_deploy.py SCENARIO    `whole` (minutes), or `deploy NAME [VARIABLE=VALUE...]`, which leaves one deployment

The emulator is at AWS_ENDPOINT_URL, and EMULATOR_CONTROL is its control file. A folder that is thrown away holds a repository with this
infra/, so that commits can be made; `docker` is a program that records what it is asked and pushes a manifest. The AWS CLI is real.
"""

import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
KEY = "not-a-real-key"

DOCKER = r"""#!/usr/bin/env python3
import hashlib, json, os, subprocess, sys
arguments = sys.argv[1:]
with open(os.environ["DOCKER_LOG"], "a") as log:
    log.write(json.dumps(arguments) + "\n")
with open(os.environ["EMULATOR_CONTROL"]) as file:
    if json.load(file).get("docker") == arguments[0]:
        sys.exit("docker: a failure that the check injects")
if arguments[0] == "login":
    sys.stdin.read()
if arguments[0] == "push":
    repository, tag = arguments[1].rsplit(":", 1)
    layer = {"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", "size": 1, "digest": "sha256:" + hashlib.sha256(tag.encode()).hexdigest()}
    with open(os.environ["DOCKER_LOG"]) as log:
        built = [json.loads(line) for line in log if line.startswith('["build"')][-1]
    kind = "application/vnd.docker.distribution.manifest.v2+json"
    manifest = {"schemaVersion": 2, "mediaType": kind, "config": layer, "layers": [layer]}
    if "--provenance=false" not in built or "--sbom=false" not in built:
        # As the containerd image store does it.
        manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": []}
    name = repository.split("/", 1)[1]
    subprocess.run(["aws", "ecr", "put-image", "--repository-name", name, "--image-tag", tag, "--image-manifest", json.dumps(manifest)], check=True, stdout=subprocess.DEVNULL)
"""


class World:
    """A repository of its own, with a `docker` in PATH, and what the programs in it say."""

    def __init__(self, folder):
        self.folder, self.repository = folder, folder / "repository"
        self.control, self.docker_log = pathlib.Path(os.environ["EMULATOR_CONTROL"]), folder / "docker.log"
        self.docker_log.touch()
        self.tell({})
        self.repository.mkdir()
        shutil.copytree(ROOT / "infra", self.repository / "infra", ignore=shutil.ignore_patterns("__pycache__", "checks"))
        shutil.copy(ROOT / "Package.swift", self.repository)
        pins = self.repository / "infra/pins.env"
        # Nothing is pulled here, so that any digest will do.
        pins.write_text(re.sub(r"(?m)^SWIFT_IMAGE=.*$", f"SWIFT_IMAGE=swift@sha256:{hashlib.sha256(b'swift').hexdigest()}", pins.read_text()))
        (folder / "bin").mkdir()
        (folder / "bin/docker").write_text(DOCKER)
        (folder / "bin/docker").chmod(0o755)
        # Version 1 of the CLI overrides the address of these two, and so passes AWS_ENDPOINT_URL by.
        wrapper = f'#!/bin/sh\ncase $1 in sqs | rds) set -- "$@" --endpoint-url "$AWS_ENDPOINT_URL" ;; esac\nexec {shutil.which("aws")} "$@"\n'
        (folder / "bin/aws").write_text(wrapper)
        (folder / "bin/aws").chmod(0o755)
        (folder / "key").write_text(KEY + "\n")
        self.environment = os.environ | {
            "PATH": f"{folder / 'bin'}:{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}",
            "DOCKER_LOG": str(self.docker_log),
            "INFRA_POLL_SECONDS": "0.1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null",
        }
        self.git("init", "-q")
        self.commit("first")

    def git(self, *arguments):
        identity = ["-c", "user.name=check", "-c", "user.email=check@example.com"]
        subprocess.run(["git", *identity, *arguments], cwd=self.repository, check=True, capture_output=True, env=self.environment)

    def commit(self, text):
        (self.repository / "Sources").mkdir(exist_ok=True)
        (self.repository / "Sources/text").write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", text)

    def settings(self, name="check", **values):
        known = {"REGION": os.environ["AWS_REGION"], "ACCOUNT": "123456789012", "LEGACY_API_URL": "https://legacy.example.com/users",
                 "ALARM_EMAIL": "operator@example.com", "ARCHITECTURE": "x86_64" if os.uname().machine == "x86_64" else "arm64"}
        text = "".join(f"{key}={value}\n" for key, value in (known | values).items())
        (self.repository / f"infra/environments/{name}.env").write_text(text)

    def tell(self, orders):
        self.control.write_text(json.dumps(orders))

    def dockers(self):
        return [json.loads(line)[0] for line in self.docker_log.read_text().splitlines()]

    def run(self, program, *arguments, ends=0, says=(), hides=(), text=None):
        """Runs a program, and demands its exit status and what it says."""
        done = subprocess.run([f"infra/{program}", *arguments], cwd=self.repository, env=self.environment, capture_output=True, text=True,
                              timeout=600, **({"input": text} if text is not None else {"stdin": subprocess.DEVNULL}))
        everything = done.stdout + done.stderr
        command = f"infra/{program} {' '.join(arguments)}"
        if done.returncode != ends or KEY in everything:
            raise SystemExit(f"{command}: exit status {done.returncode}, expected {ends}\n{everything}")
        for word in says:
            if word not in everything:
                raise SystemExit(f"{command} does not say {word!r}:\n{everything}")
        for word in hides:
            if word in everything:
                raise SystemExit(f"{command} says {word!r}:\n{everything}")
        print(f"    {ends}  {command}", file=sys.stderr)
        return everything

    def aws(self, *arguments):
        done = subprocess.run([self.folder / "bin/aws", *arguments, "--output", "json"], env=self.environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"aws {' '.join(arguments)}: {done.stderr}")
        return json.loads(done.stdout or "{}")


def mistakes(world):
    """What is wrong before anything is touched."""
    world.run("deploy", "nowhere", ends=1, says=["there is no infra/environments/nowhere.env", "example.env"])
    world.settings(PROFIL="small")
    world.run("deploy", "check", ends=1, says=["there is no setting PROFIL", "do you mean PROFILE?"])
    world.settings(ACCOUNT="999999999999")
    world.run("deploy", "check", ends=1, says=["account 123456789012", "ACCOUNT=999999999999"])
    world.settings()
    (world.repository / "Sources/text").write_text("not committed")
    world.run("deploy", "check", "--yes", ends=1, says=["not committed"])
    world.commit("second")


def first_deployment(world):
    """A failure at each step of the first deployment, and each time a second run that goes on from there."""
    deploy = ["deploy", "check", "--yes"]
    world.run(*deploy, ends=1, says=["key is not in Secrets Manager yet", "--key FILE"])
    world.tell({"fail": ["AWS::ECR::Repository"]})
    world.run(*deploy, "--key", "-", text=KEY + "\n", ends=1, says=["user-sync-check-registry is ROLLBACK_COMPLETE", "Repository (AWS::ECR::Repository)", "run this again"])
    world.tell({"docker": "build"})
    world.run(*deploy, ends=1, says=["what there is of it goes first", "`docker build` failed"])
    world.tell({"docker": "push"})
    world.run(*deploy, ends=1, says=["`docker push` failed"])
    world.tell({"fail": ["AWS::RDS::DBInstance"]})
    world.run(*deploy, ends=1, says=["user-sync-check is ROLLBACK_COMPLETE", "Database (AWS::RDS::DBInstance): a failure"])
    world.tell({"fail": ["NoCompletedSync"]})
    world.run(*deploy, ends=1, says=["what there is of it goes first", "NoCompletedSync (AWS::CloudWatch::Alarm)"])
    world.tell({"exit": {"migrate": 1}})
    world.run(*deploy, ends=1, says=["the schema could not be brought up to date"])
    world.tell({"exit": {"doctor": 1}})
    world.run(*deploy, ends=1, says=["nothing to change", "doctor found something wrong"])
    world.tell({"workers": "broken"})
    world.run(*deploy, ends=1, says=["workers of this release do not start", "--rollback"])
    world.tell({"execution": "FAILED"})
    world.run(*deploy, ends=1, says=["sync failed", "its sync did not complete"])
    protected = world.aws("rds", "describe-db-instances")["DBInstances"][0]["DeletionProtection"]
    if protected:
        raise SystemExit("the database is protected before the first success")
    world.tell({})
    world.run(*deploy, says=["sync completed", "first success", "is up, and has synced", "dashboard", "44 US dollars"])
    if len(world.aws("iam", "list-roles", "--path-prefix", "/aws-service-role/ecs.amazonaws.com/")["Roles"]) != 1:
        raise SystemExit("ECS has no role of its own")
    # One build failed, then one push. Once it is in the registry, no run builds it again.
    if world.dockers() != ["build", "build", "login", "push", "build", "login", "push"]:
        raise SystemExit(f"the image was built or pushed more often than needed: {world.dockers()}")


def later(world):
    """No change, a change, a failed change, a new release, the release before."""
    deploy = ["deploy", "check", "--yes"]
    before = world.dockers()
    world.run(*deploy, says=["nothing to change"], hides=["proof"])
    if world.dockers() != before:
        raise SystemExit("a deployment without a change built something")
    world.settings(MAX_WORKERS="6", SYNC_EXTRA_FIELDS="phone:text,plan:text:plan_name")
    world.tell({"fail": ["Task"]})
    world.commit("third")
    world.run(*deploy, ends=1, says=["UPDATE_ROLLBACK_COMPLETE", "run this again"])
    world.tell({})
    world.run(*deploy, "--no-sync", says=["changed", "proof: a worker"], hides=["proof: a sync", "first success"])
    tell_fields(world)
    world.run(*deploy, "--rollback", says=["changed", "sync completed"])
    image = world.aws("cloudformation", "describe-stacks", "--stack-name", "user-sync-check")["Stacks"][0]["Parameters"]
    print(f"        back to {next(p['ParameterValue'] for p in image if p['ParameterKey'] == 'ImageUri').rsplit(':')[-1]}", file=sys.stderr)
    world.settings(CREATE_DATABASE="no", EXISTING_DATABASE_HOST="db.example.com", EXISTING_DATABASE_RESOURCE_ID="db-ABC",
                   EXISTING_DATABASE_SECRET_ARN="arn:aws:secretsmanager:us-east-1:123456789012:secret:x-AbCdEf",
                   EXISTING_DATABASE_SECURITY_GROUP_ID="sg-0123456789abcdef0")
    world.run(*deploy, ends=1, says=["would remove or replace what holds data: Database", "Nothing was changed", "--may-replace"])
    world.settings(WORKER_RUNTIME="lambda")
    world.run(*deploy, "--image", "example.com/user-sync:1", ends=1, says=["Lambda takes images from nowhere else"])
    world.settings()


def tell_fields(world):
    """The tasks that migrate and sync are told the same fields, and workers none."""
    stack = world.aws("cloudformation", "describe-stacks", "--stack-name", "user-sync-check")["Stacks"][0]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    service = world.aws("ecs", "describe-services", "--cluster", outputs["ClusterName"], "--services", outputs["WorkerServiceName"])["services"][0]
    for task in (outputs["SchemaTaskArn"], outputs["OrchestratorTaskArn"], service["taskDefinition"]):
        # The newest revision.
        container = world.aws("ecs", "describe-task-definition", "--task-definition", task.rsplit(":", 1)[0])["taskDefinition"]["containerDefinitions"][0]
        told = {each["name"]: each["value"] for each in container["environment"]}.get("SYNC_EXTRA_FIELDS")
        if told != (None if container["name"] == "worker" else "phone:text,plan:text:plan_name"):
            raise SystemExit(f"{container['name']} is told SYNC_EXTRA_FIELDS={told}")


def daily(world):
    """status, sync, run, logs."""
    world.run("status", "check", says=["user-sync-check: UPDATE_COMPLETE, protected: True", "queue", "0 waiting", "dead letters  0", "alarms", "sync"])
    world.run("sync", "check", says=["sync completed", "the sync completed"])
    world.run("sync", "check", "--no-wait", says=["started: arn:"])
    world.tell({"execution": "FAILED", "exit": {"status": 1}})
    world.run("sync", "check", ends=1, says=["sync failed"])
    world.run("run", "check", "status", "--json", ends=1, says=["emulated: orchestrator status --json"])
    world.tell({})
    world.run("logs", "check", "--since", "1d", says=["emulated: orchestrator doctor", "sync completed"], hides=["migrate"])
    world.run("logs", "check", "schema", says=["migrate"])
    world.run("logs", "check", "--since", "soon", ends=1, says=["--since takes a number"])


def restored(world):
    """The stack is pointed at a restored database as restore.md says; the old one stays."""
    stack = world.aws("cloudformation", "describe-stacks", "--stack-name", "user-sync-check")["Stacks"][0]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    old = outputs["DatabaseIdentifier"]
    world.aws("rds", "restore-db-instance-to-point-in-time", "--source-db-instance-identifier", old, "--target-db-instance-identifier", f"{old}-restored",
              "--use-latest-restorable-time", "--enable-iam-database-authentication", "--no-publicly-accessible")  # fmt: skip
    found = world.aws("rds", "describe-db-instances", "--db-instance-identifier", f"{old}-restored")["DBInstances"][0]
    world.settings(EXISTING_DATABASE_HOST=found["Endpoint"]["Address"], EXISTING_DATABASE_RESOURCE_ID="db-RESTORED",
                   EXISTING_DATABASE_SECRET_ARN=outputs["DatabasePasswordSecretArn"], EXISTING_DATABASE_SECURITY_GROUP_ID=outputs["DatabaseSecurityGroupId"])  # fmt: skip
    world.run("deploy", "check", "--yes", "--no-sync", says=["changed"], hides=["Remove"])
    world.run("run", "check", "sync", "--dry-run", says=["emulated: orchestrator sync --dry-run"])
    task = world.aws("ecs", "describe-task-definition", "--task-definition", outputs["OrchestratorTaskArn"].rsplit(":", 1)[0])["taskDefinition"]
    told = {each["name"]: each["value"] for each in task["containerDefinitions"][0]["environment"]}
    if told["PGHOST"] != found["Endpoint"]["Address"]:
        raise SystemExit(f"the orchestrator is told PGHOST={told['PGHOST']} after the restore")
    if len(world.aws("rds", "describe-db-instances")["DBInstances"]) != 2:
        raise SystemExit("the old database is gone")
    world.settings()
    world.run("deploy", "check", "--yes", "--no-sync", says=["changed"])
    world.aws("rds", "modify-db-instance", "--db-instance-identifier", f"{old}-restored", "--no-deletion-protection")
    world.aws("rds", "delete-db-instance", "--db-instance-identifier", f"{old}-restored", "--skip-final-snapshot")


def end(world):
    """Taking it down: data stays unless told, and a second run finds nothing to do."""
    world.run("destroy", "check", ends=1, says=["no terminal"])
    world.run("destroy", "check", "--yes", "user-sync", ends=1, says=["is not the stack's name", "nothing was changed"])
    world.run("destroy", "check", "--yes", "user-sync-check", says=["is gone. What is left", "snapshot ", "log group user-sync-check-Orchestrator", "secret arn:"])
    world.run("destroy", "check", "--yes", "user-sync-check", says=["is gone. What is left"])
    world.run("deploy", "check", "--yes", says=["it is brought back", "first success"])
    world.run("destroy", "check", "--yes", "user-sync-check", "--delete-data", says=["Nothing of it is left"])
    left = {
        "stacks": [each["StackName"] for each in world.aws("cloudformation", "describe-stacks")["Stacks"]],
        "repositories": world.aws("ecr", "describe-repositories")["repositories"],
        "buckets": world.aws("s3api", "list-buckets").get("Buckets", []),
        "databases": world.aws("rds", "describe-db-instances")["DBInstances"],
        "snapshots": world.aws("rds", "describe-db-snapshots")["DBSnapshots"],
        "queues": world.aws("sqs", "list-queues").get("QueueUrls", []),
    }
    if any(left.values()):
        raise SystemExit(f"after infra/destroy --delete-data there is still {left}")


def existing(world):
    """A network, a database and a queue that exist already are used, and outlive the service."""
    vpc = world.aws("ec2", "create-vpc", "--cidr-block", "10.9.0.0/16")["Vpc"]["VpcId"]
    subnets = [world.aws("ec2", "create-subnet", "--vpc-id", vpc, "--cidr-block", f"10.9.{n}.0/24")["Subnet"]["SubnetId"] for n in range(4)]
    group = world.aws("ec2", "create-security-group", "--vpc-id", vpc, "--group-name", "database", "--description", "theirs")["GroupId"]
    urls = [world.aws("sqs", "create-queue", "--queue-name", name, "--attributes", "FifoQueue=true")["QueueUrl"] for name in ("theirs.fifo", "theirs-dead.fifo")]
    secret = world.aws("secretsmanager", "create-secret", "--name", "theirs", "--secret-string", '{"username": "owner", "password": "x"}')["ARN"]
    world.settings(
        "theirs", VPC_ID=vpc, EGRESS_SUBNET_IDS=",".join(subnets[:2]), PRIVATE_SUBNET_IDS=",".join(subnets[2:]), EXISTING_QUEUE_URL=urls[0],
        EXISTING_QUEUE_ARN="arn:aws:sqs:us-east-1:123456789012:theirs.fifo", EXISTING_DEAD_LETTER_QUEUE_URL=urls[1],
        EXISTING_DEAD_LETTER_QUEUE_ARN="arn:aws:sqs:us-east-1:123456789012:theirs-dead.fifo", CREATE_DATABASE="no",
        EXISTING_DATABASE_HOST="users.cluster-abc.us-east-1.rds.amazonaws.com", EXISTING_DATABASE_PORT="5433", EXISTING_DATABASE_NAME="app",
        EXISTING_DATABASE_RESOURCE_ID="cluster-ABC", EXISTING_DATABASE_SECRET_ARN=secret, EXISTING_DATABASE_SECURITY_GROUP_ID=group,
    )  # fmt: skip
    said = world.run("deploy", "theirs", "--yes", "--key", str(world.folder / "key"), says=["first success"])
    for word in ("Add      Network", "Add      Database", "Add      Queue", "Add      Endpoints"):
        if word in said:
            raise SystemExit(f"with everything given, infra/deploy made {word}")
    stack = world.aws("cloudformation", "describe-stacks", "--stack-name", "user-sync-theirs")["Stacks"][0]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    task = world.aws("ecs", "describe-task-definition", "--task-definition", outputs["OrchestratorTaskArn"])["taskDefinition"]
    told = {each["name"]: each["value"] for each in task["containerDefinitions"][0]["environment"]}
    wanted = {"PGHOST": "users.cluster-abc.us-east-1.rds.amazonaws.com", "PGPORT": "5433", "PGDATABASE": "app", "SQS_QUEUE_URL": urls[0], "SYNC_OUTAGE_TIMEOUT": "900"}
    for name, value in wanted.items():
        if str(told.get(name)) != value:
            raise SystemExit(f"the orchestrator is told {name}={told.get(name)}, not {value}")
    rules = world.aws("ec2", "describe-security-groups", "--group-ids", group)["SecurityGroups"][0]["IpPermissions"]
    if sum(len(each["UserIdGroupPairs"]) for each in rules if each.get("FromPort") == 5433) != 2:
        raise SystemExit(f"the database's group must let in the orchestrator and the workers, and nothing else: {rules}")
    world.run("destroy", "theirs", "--yes", "user-sync-theirs", "--delete-data", says=["Nothing of it is left"])
    if len(world.aws("sqs", "list-queues")["QueueUrls"]) != 2:
        raise SystemExit("a queue that was given is gone")


def tell_ignored(world):
    report = json.loads(pathlib.Path(f"{world.control}.report").read_text())
    for what in ("made", "ignored"):
        print(f"{what} by the emulator: " + ", ".join(f"{count} {kind}" for kind, count in sorted(report[what].items())))


def main():
    with tempfile.TemporaryDirectory() as folder:
        world = World(pathlib.Path(folder))
        if sys.argv[1] == "deploy":
            _, _, name, *pairs = sys.argv
            world.settings(name, **dict(each.split("=", 1) for each in pairs))
            world.run("deploy", name, "--yes", "--key", str(world.folder / "key"))
            return
        for scenario in (mistakes, first_deployment, later, daily, restored, end, existing):
            print(f"  {scenario.__doc__.splitlines()[0]}", file=sys.stderr)
            scenario(world)
        tell_ignored(world)
        print("deployed, changed, broken at each step, rolled back and destroyed, each time to the right end")


if __name__ == "__main__":
    main()
