"""Holds infra/ against rules of AWS and of Docker that linters and emulators do not know.

Usage: check_rules.py [FOLDER]     a folder like infra/; this one by default
       check_rules.py --list       prints the rules, and where each is written

Each rule has broken examples: what infra/ looked like before the rule was known, or a change that breaks it. The check fails when a rule
is broken, and when a rule does not find one of its examples.
"""

import copy
import json
import pathlib
import re
import sys
from collections import Counter

import rules_limits  # noqa: F401 # its rules count too
from rules import AWS, ROOT, RULES, Infra, rule

# --- queues


def one_policy_for_two(infra):
    policy = infra.resource("queue.yaml", "QueueTlsOnly")
    policy["Queues"] = [{"Ref": "Queue"}, {"Ref": "DeadLetterQueue"}]
    policy["PolicyDocument"]["Statement"][0]["Resource"] = [{"GetAtt": "Queue.Arn"}, {"GetAtt": "DeadLetterQueue.Arn"}]


@rule(
    "a queue policy names its own queue, and no other",
    AWS + "AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-creating-custom-policies.html (each policy must cover only a single queue)",
    one_policy_for_two,
)
def queue_policies(infra):
    for file, name, resource in infra.resources("AWS::SQS::QueuePolicy"):
        queues = [each["Ref"] for each in resource["Properties"]["Queues"]]
        if len(queues) != 1:
            yield f"{file}: {name} is set on {len(queues)} queues, and each would get the other's ARN in its policy"
        for statement in resource["Properties"]["PolicyDocument"]["Statement"]:
            if statement["Resource"] != {"GetAtt": f"{queues[0]}.Arn"}:
                yield f"{file}: {name} is set on {queues[0]}, and a statement names {statement['Resource']}"


def short_patience(infra):
    infra.main["Parameters"]["OutageTimeout"]["MaxValue"] = 3600


def short_visibility(infra):
    infra.resource("workers-lambda.yaml", "Function")["Timeout"] = 90


@rule(
    "Lambda's queue outlasts an outage: (maxReceiveCount - 1) x VisibilityTimeout >= OutageTimeout; visibility is six times the function's time-out",
    AWS + "lambda/latest/dg/services-sqs-configure.html (six times), and the table of promises in docs/",
    short_patience,
    short_visibility,
)
def outage(infra):
    timeout = infra.resource("workers-lambda.yaml", "Function")["Timeout"]
    visibility = int(infra.main["Resources"]["Queue"]["Properties"]["Parameters"]["VisibilityTimeout"]["If"][1])
    receives = infra.templates["queue.yaml"]["Parameters"]["MaxReceiveCount"]["Default"]
    longest = infra.main["Parameters"]["OutageTimeout"]["MaxValue"]
    if (receives - 1) * visibility < longest:
        yield f"main.yaml: OutageTimeout may be {longest} s, and {receives - 1} x {visibility} s are less"
    if visibility < 6 * timeout:
        yield f"main.yaml: a visibility timeout of {visibility} s is less than six times {timeout} s"


# --- a failed first create can be tried again


def fixed_names(infra):
    infra.resource("database.yaml", "Logs")["LogGroupName"] = {"Sub": "/aws/rds/instance/${Name}/postgresql"}


def unique_forever(infra):
    infra.main["Resources"]["Queue"]["Properties"]["Parameters"]["Unique"] = "first"


@rule(
    "a name that AWS keeps, or makes again, after its resource is gone holds a part of the stack's ID",
    AWS + "AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html (60 seconds), "
    + AWS + "AmazonRDS/latest/UserGuide/USER_LogAccess.Procedural.UploadtoCloudWatch.html (RDS makes its log group itself)",
    fixed_names,
    unique_forever,
)
def names(infra):
    fields = {"AWS::Logs::LogGroup": "LogGroupName", "AWS::SQS::Queue": "QueueName", "AWS::RDS::DBInstance": "DBInstanceIdentifier",
              "AWS::SecretsManager::Secret": "Name", "AWS::S3::Bucket": "BucketName", "AWS::ECR::Repository": "RepositoryName"}
    for kind, field in fields.items():
        for file, name, resource in infra.resources(kind):
            value = resource.get("Properties", {}).get(field)
            if value is not None and "${Unique}" not in str(value):
                yield f"{file}: {name} is named {value}: a second try after a failure meets that name again"
    for name, nested in infra.main["Resources"].items():
        value = nested["Properties"]["Parameters"].get("Unique")
        if value is not None and "AWS::StackId" not in str(value):
            yield f"main.yaml: {name} is given Unique={value}, which is no part of the stack's ID"


def protected_at_once(infra):
    infra.resource("database.yaml", "Database")["DeletionProtection"] = True


def retained(infra):
    infra.templates["orchestrator.yaml"]["Resources"]["Logs"]["DeletionPolicy"] = "Retain"


@rule(
    "nothing that a failed first create has made resists its own rollback, and nothing of it stays",
    AWS + "AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html (RetainExceptOnCreate), "
    + AWS + "AmazonRDS/latest/UserGuide/USER_DeleteInstance.html (deletion protection)",
    protected_at_once,
    retained,
)
def rollback(infra):
    for file, template in infra.templates.items():
        for name, resource in template["Resources"].items():
            if resource.get("Properties", {}).get("DeletionProtection") is True:
                yield f"{file}: {name} is protected from its first moment: a failed create ends in ROLLBACK_FAILED"
            if resource.get("DeletionPolicy") == "Retain":
                yield f"{file}: {name} stays after a failed create; RetainExceptOnCreate does not"


# --- images


def index_image(infra):
    infra.builds["README.md"] += "\ndocker build --platform linux/amd64 -f infra/Dockerfile -t \"$IMAGE\" .\ndocker push \"$IMAGE\"\n"


def emulated(infra):
    infra.builds["README.md"] += "\ndocker build --platform linux/amd64 --provenance=false --sbom=false -f infra/Dockerfile .\n"


def with_provenance(infra):
    infra.builds["image.py"] = infra.builds["image.py"].replace('"--provenance=false", ', "")


@rule(
    "an image that is pushed is one manifest, without provenance and SBOM, and for the machine's own architecture",
    AWS + "lambda/latest/dg/images-create.html (single architecture; --provenance=false)",
    index_image,
    emulated,
    with_provenance,
)
def builds(infra):
    for file, text in infra.builds.items():
        for line in text.replace("\\\n", " ").splitlines():
            if not re.search(r'docker (buildx )?build\b.*infra/Dockerfile|"buildx", ?"build"|"docker", ?"build"|docker\("build"', line):
                continue
            if not ("--provenance=false" in line and "--sbom=false" in line):
                yield f"{file}: `{line.strip()}` makes an index with the containerd image store, which Lambda refuses"
            if re.search(r"--platform[ =]linux/(amd64|arm64)", line):
                yield f"{file}: `{line.strip()}` needs emulation on every other machine, where Swift crashes"


def built_three_times(infra):
    for service in ("orchestrator", "worker"):
        infra.compose["services"][service]["build"] = {"context": "..", "dockerfile": "infra/Dockerfile", "target": "service"}


def pulled_from_anyone(infra):
    del infra.compose["services"]["worker"]["pull_policy"]


@rule(
    "compose builds an image name once",
    "https://docs.docker.com/reference/compose-file/build/ and https://github.com/docker/compose/issues (bake: image already exists)",
    built_three_times,
    pulled_from_anyone,
)
def compose(infra):
    services = infra.compose["services"]
    built = Counter(each["image"] for each in services.values() if "build" in each)
    for image, count in built.items():
        if count > 1:
            yield f"compose.yaml: {count} services build {image}"
    for name, service in services.items():
        if "build" not in service and service["image"] in built and service.get("pull_policy") != "never":
            yield f"compose.yaml: {name} would pull {service['image']} from a public registry, where it belongs to nobody we know"


def forgotten(infra):
    infra.dockerfile = infra.dockerfile.replace("COPY Sources Sources", "COPY Sources Sources\nCOPY bench bench")


@rule(
    "what the Dockerfile copies goes to the builder",
    "https://docs.docker.com/build/concepts/context/#dockerignore-files",
    forgotten,
)
def context(infra):
    let_through = [line[1:] for line in infra.ignored.splitlines() if line.startswith("!")]
    for line in re.findall(r"(?m)^COPY (?!--from)(.+)$", infra.dockerfile):
        for source in line.split()[:-1]:
            if not any(source == each or source.startswith(f"{each}/") for each in let_through):
                yield f"Dockerfile.dockerignore keeps {source} from the builder, and the Dockerfile copies it"


def unpinned_bundle(infra):
    infra.dockerfile = infra.dockerfile.replace("--checksum=sha256:", "--comment=")


def unpinned_base(infra):
    infra.dockerfile = infra.dockerfile.replace("FROM ${SWIFT_IMAGE}", "FROM swift:6.3.1-bookworm")


def floating_argument(infra):
    infra.dockerfile = infra.dockerfile.replace('RUN case "$SWIFT_IMAGE"', 'RUN case "$HOME"')


def empty_pin(infra):
    infra.pins = re.sub(r"(?m)^(SWIFT_IMAGE=).*$", r"\1", infra.pins)


def pin_of_another_version(infra):
    infra.pin = infra.pin.replace("swift:6.3.1", "swift:6.3.2")


def unpinned_service(infra):
    infra.compose["services"]["postgres"]["image"] = "postgres:15"


@rule(
    "what a build or a service downloads is pinned by hash, or the build asks for the hash",
    "https://docs.docker.com/reference/dockerfile/#add---checksum and #from",
    unpinned_bundle,
    unpinned_base,
    floating_argument,
    empty_pin,
    pin_of_another_version,
    unpinned_service,
)
def pins(infra):
    wanted = dict(re.findall(r"(?m)^    (\w+_IMAGE)=(\S+)$", infra.pin))
    pinned = dict(re.findall(r"(?m)^(\w+_IMAGE)=(\S*)$", infra.pins))
    for name in wanted | pinned:
        if not re.fullmatch(re.escape(wanted.get(name, "-")) + "@sha256:[0-9a-f]{64}", pinned.get(name, "")):
            yield f"pins.env: {name} is {pinned.get(name) or 'empty'}, not {wanted.get(name)} with its digest: run infra/pin"
    stages = set(re.findall(r"(?m)^FROM .+ AS (\w+)", infra.dockerfile))
    required = set(re.findall(r"(?m)^ARG (\w+)$", infra.dockerfile))
    for image in re.findall(r"(?m)^FROM (\S+)", infra.dockerfile):
        argument = re.fullmatch(r"\$\{(\w+)\}", image)
        if image in stages or "@sha256:" in image or (argument and argument[1] in required):
            continue
        yield f"Dockerfile: the base {image} has no digest"
    for argument in required:
        # An argument can be anything: the first step after it looks at it.
        used = rf'FROM \$\{{{argument}\}} AS \w+\nARG {argument}\n(#.*\n)*RUN case "\${argument}" in \\\n *\*@sha256:\*\) ;; \\\n *\*\) .*exit 1'
        if f"FROM ${{{argument}}}" in infra.dockerfile and not re.search(used, infra.dockerfile):
            yield f"Dockerfile: {argument} may be a floating tag, and the build goes on"
    for line in re.findall(r"(?m)^ADD .*https?://.*$", infra.dockerfile.replace("\\\n", " ")):
        if not re.search(r"--checksum=sha256:([0-9a-f]{64}|\$\{\w+\})", line):
            yield f"Dockerfile: {line} has no checksum"
    built = {each["image"] for each in infra.compose["services"].values() if "build" in each}
    images = {f"compose.yaml, {name}": each["image"] for name, each in infra.compose["services"].items() if each["image"] not in built}
    for file, workflow in infra.workflows.items():
        for job_name, job in workflow["jobs"].items():
            if isinstance(container := job.get("container"), str):
                images[f"{file}, {job_name}"] = container
            for service_name, service in job.get("services", {}).items():
                images[f"{file}, {job_name}, {service_name}"] = service["image"]
    for where, image in images.items():
        if not re.search(r"@sha256:[0-9a-f]{64}$|^\$\{\w+:\?[^}]+\}$|^\$\{\{ .+ \}\}$", image):
            yield f"{where}: the image {image} has no digest"


# --- a place to write to


def read_only_everywhere(infra):
    container = infra.resource("orchestrator.yaml", "Task")["ContainerDefinitions"][0]
    container["Environment"] = [each for each in container["Environment"] if each["Name"] != "TMPDIR"]
    infra.dockerfile = infra.dockerfile.replace("VOLUME", "# VOLUME")


@rule(
    "a sync with a read-only root has a TMPDIR that is mounted, and that the image gives to its user",
    AWS + "AmazonECS/latest/developerguide/bind-mounts.html (owner and mode are root's and 0755, but for a VOLUME of the image)",
    read_only_everywhere,
)
def scratch(infra):
    places = []
    for file, name, resource in infra.resources("AWS::ECS::TaskDefinition"):
        volumes = {each["Name"] for each in resource["Properties"].get("Volumes", [])}
        for container in resource["Properties"]["ContainerDefinitions"]:
            if container.get("Command") != ["orchestrator", "sync"] or not container.get("ReadonlyRootFilesystem"):
                continue
            folder = next((each["Value"] for each in container["Environment"] if each["Name"] == "TMPDIR"), None)
            mounted = {each["ContainerPath"] for each in container.get("MountPoints", []) if each["SourceVolume"] in volumes}
            places.append((f"{file}: {name}", folder, mounted))
    for name, service in infra.compose["services"].items():
        if service.get("command") == ["orchestrator", "sync"] and service.get("read_only"):
            places.append((f"compose.yaml: {name}", service["environment"].get("TMPDIR"), set(service.get("volumes", []))))
    # The service is the last stage.
    owner = re.findall(r"(?m)^USER (\d+):(\d+)$", infra.dockerfile)[-1]
    for where, folder, mounted in places:
        if folder not in mounted:
            yield f"{where} has a read-only root, and its TMPDIR {folder} is no mounted volume"
        made = re.search(rf"(?m)^RUN install -d -o (\d+) -g (\d+) -m 0700 {folder}\nVOLUME \[\"{folder}\"\]$", infra.dockerfile)
        if not made or made.groups() != owner:
            yield f"{where}: the Dockerfile does not make {folder} as a volume of its user, so it belongs to root"


# --- Lambda


def bare_entry_point(infra):
    infra.resource("workers-lambda.yaml", "Function")["ImageConfig"]["EntryPoint"] = ["worker"]


@rule(
    "a function's entry point is a path",
    AWS + "lambda/latest/dg/images-parms.html (the absolute path of the entry point)",
    bare_entry_point,
)
def entry_points(infra):
    for file, name, resource in infra.resources("AWS::Lambda::Function"):
        entry = resource["Properties"]["ImageConfig"]["EntryPoint"][0]
        if not entry.startswith("/"):
            yield f"{file}: {name} starts {entry}, which Lambda does not look for in PATH"


# --- database


def minor_version(infra):
    infra.resource("database.yaml", "Database")["EngineVersion"] = "15.18"


def paid_support(infra):
    del infra.resource("database.yaml", "Database")["EngineLifecycleSupport"]


@rule(
    "with automatic minor upgrades the template names the major version alone, and extended support is declined",
    AWS + "AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.Upgrading.html (no downgrade), " + AWS + "AmazonRDS/latest/UserGuide/extended-support.html",
    minor_version,
    paid_support,
)
def engine(infra):
    for file, name, resource in infra.resources("AWS::RDS::DBInstance"):
        database = resource["Properties"]
        if database["AutoMinorVersionUpgrade"] and not database["EngineVersion"].isdigit():
            yield f"{file}: {name} asks for {database['EngineVersion']} and lets RDS upgrade it: a later change asks for a downgrade"
        if database.get("EngineLifecycleSupport") != "open-source-rds-extended-support-disabled":
            yield f"{file}: {name} would be billed for extended support"


def no_login_log(infra):
    infra.resource("database.yaml", "Database")["EnableCloudwatchLogsExports"] = ["postgresql", "upgrade"]


@rule(
    "where logins use IAM tokens, why one was refused is exported, into a log group of ours",
    AWS + "AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.Troubleshooting.html (iam-db-auth-error)",
    no_login_log,
)
def login_log(infra):
    groups = {str(r["Properties"].get("LogGroupName")) for _, _, r in infra.resources("AWS::Logs::LogGroup")}
    for file, name, resource in infra.resources("AWS::RDS::DBInstance"):
        exports = resource["Properties"]["EnableCloudwatchLogsExports"]
        if "iam-db-auth-error" not in exports:
            yield f"{file}: {name} does not export iam-db-auth-error"
        for export in exports:
            if not any(f"/{export}'" in group for group in groups):
                yield f"{file}: the log group of {export} is RDS's own, kept for ever"


# --- network


def account_zones(infra):
    infra.resource("network.yaml", "PublicSubnetA")["AvailabilityZone"] = {"Select": [0, {"GetAZs": ""}]}


@rule(
    "zones are chosen among those that have Fargate",
    AWS + "AmazonECS/latest/developerguide/AWS_Fargate-Regions.html (not every zone)",
    account_zones,
)
def zones(infra):
    for file, name, resource in infra.resources("AWS::EC2::Subnet"):
        if "GetAZs" in json.dumps(resource):
            yield f"{file}: {name} takes whatever zone the account has first"


def open_worker(infra):
    infra.resource("security-groups.yaml", "Worker")["SecurityGroupIngress"] = [{"IpProtocol": "tcp", "CidrIp": "0.0.0.0/0"}]


def public_database(infra):
    infra.resource("database.yaml", "Database")["PubliclyAccessible"] = True


@rule(
    "nothing from outside may open a connection, in any profile: tasks with public addresses have no inbound rule",
    AWS + "AmazonECS/latest/developerguide/fargate-task-networking.html",
    open_worker,
    public_database,
)
def inbound(infra):
    rules = [(f, n, r["Properties"]) for f, n, r in infra.resources("AWS::EC2::SecurityGroupIngress")]
    for file, name, resource in infra.resources("AWS::EC2::SecurityGroup"):
        rules += [(file, name, each) for each in resource["Properties"].get("SecurityGroupIngress", [])]
    for file, name, each in rules:
        if "SourceSecurityGroupId" not in each:
            yield f"{file}: {name} lets in {each}"
    for file, name, resource in infra.resources("AWS::RDS::DBInstance"):
        if resource["Properties"].get("PubliclyAccessible") is not False:
            yield f"{file}: {name} has a public address"


# --- services and scaling


def always_zero(infra):
    infra.resource("workers-containers.yaml", "Service")["DesiredCount"] = 0


@rule(
    "a change of the stack leaves a service's desired count alone, so that workers go on and the circuit breaker has tasks to watch",
    AWS + "AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-service.html (DesiredCount)",
    always_zero,
)
def desired_counts(infra):
    for file, name, resource in infra.resources("AWS::ECS::Service"):
        match resource["Properties"].get("DesiredCount"):
            case None | {"If": [_, {"Ref": "AWS::NoValue"}, 0]}:
                pass
            case count:
                yield f"{file}: each update sets {name} to {count} tasks"


def evaluate(expression, values):
    """CloudWatch's metric math for one minute; None where a metric has no data point yet."""

    def fill(value, other):
        return value if value is not None else other

    text = re.sub(r"\bAND\b", "and", expression).replace("IF(", "IF_(")
    names = {**values, "IF_": lambda c, yes, no: yes if c else no, "FILL": fill, "REPEAT": values.get("before")}
    try:
        # The templates' own expressions.
        return eval(text, {"__builtins__": {}}, names)
    except TypeError:
        return None
    except ZeroDivisionError:
        return None


def one_of_one(infra):
    alarm = infra.resource("workers-containers.yaml", "Backlog")
    alarm["EvaluationPeriods"] = 1


def late_ratio(infra):
    alarm = infra.resource("workers-containers.yaml", "Backlog")
    for key in ("Namespace", "MetricName", "Dimensions", "Statistic", "Period", "DatapointsToAlarm"):
        alarm.pop(key)
    alarm |= {"EvaluationPeriods": 1, "Threshold": 50, "Metrics": [
        {"Id": "backlog", "Expression": "IF(FILL(running, 0) > 0, visible / running, IF(visible > 0, 50, 0))"},
        {"Id": "visible", "MetricStat": {"Metric": {"MetricName": "ApproximateNumberOfMessagesVisible"}}},
        {"Id": "running", "MetricStat": {"Metric": {"MetricName": "RunningTaskCount"}}}]}


@rule(
    "an alarm that adds workers needs M of N minutes, and is not deceived by a metric that is late",
    AWS + "AmazonCloudWatch/latest/monitoring/using-metric-math.html (FILL), "
    + AWS + "AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html (M out of N)",
    late_ratio,
    one_of_one,
)
def scaling(infra):
    policies = {name: r["Properties"] for _, name, r in infra.resources("AWS::ApplicationAutoScaling::ScalingPolicy")}
    for file, name, resource in infra.resources("AWS::CloudWatch::Alarm"):
        alarm = resource["Properties"]
        actions = [each["Ref"] for each in alarm["AlarmActions"]]
        scaled = [policies[each]["StepScalingPolicyConfiguration"] for each in actions if each in policies]
        if not scaled:
            continue
        if alarm["EvaluationPeriods"] < 3 or "DatapointsToAlarm" not in alarm:
            yield f"{file}: {name} acts on {alarm['EvaluationPeriods']} minute; it needs M of N"
        if not any(step["ScalingAdjustment"] > 0 for config in scaled for step in config["StepAdjustments"]):
            continue
        # One batch waits and one is in flight, with two workers of which ECS has said nothing yet.
        moment = {"ApproximateNumberOfMessagesVisible": 1, "ApproximateNumberOfMessagesNotVisible": 1, "RunningTaskCount": None}
        value = moment.get(alarm.get("MetricName"), None)
        if "Metrics" in alarm:
            values = {each["Id"]: moment[each["MetricStat"]["Metric"]["MetricName"]] for each in alarm["Metrics"] if "MetricStat" in each}
            value = evaluate(next(each["Expression"] for each in alarm["Metrics"] if "Expression" in each), values)
        if value is not None and value >= alarm["Threshold"]:
            yield f"{file}: {name} reads {value} from one waiting batch while ECS's metric is late, and workers climb to the maximum"


def seven_hours(infra):
    infra.main["Mappings"]["Rhythm"]["6"]["NoSyncHours"] = "7"


def by_the_clock(hours):
    """The cron expression of every so many hours, of which there is a whole number in a day."""
    return f"cron(0 {'*' if hours == 1 else 0 if hours == 24 else f'0/{hours}'} * * ? *)"


def at_a_rate(infra):
    infra.main["Mappings"]["Rhythm"]["6"]["Expression"] = "rate(6 hours)"


@rule(
    "a schedule starts nothing at the moment in which it is made or changed: it goes by the clock, at equal distances",
    AWS + "scheduler/latest/UserGuide/schedule-types.html (a rate without StartDate starts to invoke at once)",
    at_a_rate,
)
def schedules(infra):
    for hours, row in infra.main["Mappings"]["Rhythm"].items():
        if 24 % int(hours) or row["Expression"] != by_the_clock(int(hours)):
            yield f"main.yaml: every {hours} hours is not {row['Expression']}"


def longer_syncs(infra):
    machine = infra.resource("sync.yaml", "StateMachine")["DefinitionString"]
    machine["Sub"][0] = machine["Sub"][0].replace('"TimeoutSeconds": 18000', '"TimeoutSeconds": 28800')


@rule(
    "the alarm on missing syncs waits for the hours between two syncs, the longest sync, and one more; and CloudWatch takes that many periods",
    AWS + "AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html (seven days for periods of an hour)",
    seven_hours,
    longer_syncs,
)
def missing_syncs(infra):
    text = infra.resource("sync.yaml", "StateMachine")["DefinitionString"]["Sub"][0]
    longest = int(re.search(r'"StartAt": "\w+",\s*"TimeoutSeconds": (\d+)', text)[1]) / 3600
    alarm = infra.resource("alarms.yaml", "NoCompletedSync")
    if alarm["EvaluationPeriods"] != {"Ref": "NoSyncHours"} or alarm["Period"] != 3600:
        yield f"alarms.yaml: NoCompletedSync does not wait for NoSyncHours but for {alarm['EvaluationPeriods']} x {alarm['Period']} s"
    rhythm = infra.main["Mappings"]["Rhythm"]
    if set(rhythm) != set(infra.main["Parameters"]["SyncEveryHours"]["AllowedValues"]):
        yield "main.yaml: Rhythm and SyncEveryHours differ"
    for hours, row in rhythm.items():
        if not int(hours) + longest + 1 <= int(row["NoSyncHours"]) <= 168:
            yield f"main.yaml: with a sync every {hours} hours that takes up to {longest:g}, {row['NoSyncHours']} hours of silence are no fault"


def main():
    if sys.argv[1:] == ["--list"]:
        for each in RULES:
            print(f"{each.name}\n    {each.source}")
        return
    infra = Infra(pathlib.Path(sys.argv[1]) if sys.argv[1:] else ROOT / "infra")
    wrong = []
    for each in RULES:
        wrong += [f"{problem}\n    the rule: {each.name}\n    {each.source}" for problem in each.check(infra)]
        for break_it in each.breaks:
            broken = copy.deepcopy(infra)
            break_it(broken)
            if not list(each.check(broken)):
                wrong.append(f"the rule does not find its broken example {break_it.__name__}: {each.name}")
    if wrong:
        raise SystemExit("\n".join(wrong))
    print(f"{len(RULES)} rules that no linter knows are kept, and each finds what breaks it ({sum(len(each.breaks) for each in RULES)} examples)")


if __name__ == "__main__":
    main()
