"""Rules of AWS about sizes, names, rights and times. check_rules.py runs them."""

import json
import re

import yaml
from rules import AWS, rule, texts

# The longest name of a stack that infra/lib/environment.py lets through.
LONGEST_STACK = 50
UNIQUE = 12


# --- fields of one's own


def extra_fields_of_another(infra):
    infra.main["Resources"]["Schema"]["Properties"]["Parameters"]["ExtraFields"] = ""


def extra_fields_untold(infra):
    container = infra.container("orchestrator.yaml")
    container["Environment"] = [each for each in container["Environment"] if each["Name"] != "SYNC_EXTRA_FIELDS"]


def extra_fields_for_workers(infra):
    infra.container("workers-containers.yaml")["Environment"].append({"Name": "SYNC_EXTRA_FIELDS", "Value": "phone:text"})


@rule(
    "the tasks that migrate and sync are told the same SYNC_EXTRA_FIELDS, and workers none",
    "docs/configuration.md, Fields of your own (a sync refuses to start when they differ)",
    extra_fields_of_another,
    extra_fields_untold,
    extra_fields_for_workers,
)
def extra_fields(infra):
    told = {}
    for file, container in infra.containers():
        value = next((each["Value"] for each in container["Environment"] if each["Name"] == "SYNC_EXTRA_FIELDS"), None)
        nested = next(each for each in infra.main["Resources"].values() if each["Properties"]["TemplateURL"] == f"templates/{file}")
        told[container["Name"]] = nested["Properties"]["Parameters"].get(value["Ref"]) if isinstance(value, dict) else value
    wanted = {"Ref": "SyncExtraFields"}
    for name, value in told.items():
        if value != (None if name == "worker" else wanted):
            yield f"the container {name} is told SYNC_EXTRA_FIELDS={value}"
    for file, name, resource in infra.resources("AWS::Lambda::Function"):
        if "SYNC_EXTRA_FIELDS" in resource["Properties"]["Environment"]["Variables"]:
            yield f"{file}: {name} is told SYNC_EXTRA_FIELDS, which it does not read"


# --- logs


def blocking_log(infra):
    del infra.container("orchestrator.yaml")["LogConfiguration"]["Options"]["mode"]


@rule(
    "a container says what happens while CloudWatch is away: it goes on, with a buffer",
    AWS + "AmazonECS/latest/developerguide/ecs-account-settings.html (default log driver mode: the account decides, and changed on 25 June 2025)",
    blocking_log,
)
def log_drivers(infra):
    for file, container in infra.containers():
        options = container["LogConfiguration"]["Options"]
        if options.get("mode") != "non-blocking" or not re.fullmatch(r"\d+m", str(options.get("max-buffer-size"))):
            yield f"{file}: {container['Name']} waits for CloudWatch, or not, as the account has it"


def silent_flow_log(infra):
    infra.resource("network.yaml", "FlowLogRole")["Policies"][0]["PolicyDocument"]["Statement"].pop()


@rule(
    "the role of a flow log has the five rights that it needs; with one less the log is there and stays empty",
    AWS + "vpc/latest/userguide/flow-logs-iam-role.html",
    silent_flow_log,
)
def flow_logs(infra):
    needed = {f"logs:{each}" for each in ("CreateLogGroup", "CreateLogStream", "PutLogEvents", "DescribeLogGroups", "DescribeLogStreams")}
    for file, name, resource in infra.resources("AWS::EC2::FlowLog"):
        role = infra.resource(file, resource["Properties"]["DeliverLogsPermissionArn"]["GetAtt"].split(".")[0])
        if missing := needed - allowed(role):
            yield f"{file}: {name} may not {', '.join(sorted(missing))}"


def allowed(role):
    """The actions that the policies of a role allow."""
    actions = set()
    for policy in role.get("Policies", []):
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement["Effect"] == "Allow":
                actions |= {statement["Action"]} if isinstance(statement["Action"], str) else set(statement["Action"])
    return actions


# --- the state machines


def unstoppable_task(infra):
    for policy in infra.resource("sync.yaml", "StateMachineRole")["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement["Action"] == ["ecs:StopTask", "ecs:DescribeTasks"]:
                statement["Action"] = "ecs:DescribeTasks"


def task_without_a_role(infra):
    for policy in infra.resource("sync.yaml", "StateMachineRole")["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement["Action"] == "iam:PassRole":
                statement["Resource"].pop()


def unlisted(infra):
    infra.resource("sync.yaml", "ReleaseRole")["Policies"][0]["PolicyDocument"]["Statement"].pop(0)


@rule(
    "a state machine may do what its states ask for, may pass the roles of its tasks, and may stop a task that takes too long",
    AWS + "step-functions/latest/dg/connect-ecs.html (runTask.sync) and supported-services-awssdk.html (the SDK's prefix is not always IAM's)",
    unstoppable_task,
    task_without_a_role,
    unlisted,
)
def rights_of_machines(infra):
    prefixes = {"applicationautoscaling": "application-autoscaling", "sfn": "states"}
    for machine, role_name in {"StateMachine": "StateMachineRole", "Release": "ReleaseRole"}.items():
        role = infra.resource("sync.yaml", role_name)
        needed = set()
        for state in infra.machine(machine)["States"].values():
            match state.get("Resource", "").split(":"):
                case [*_, "ecs", "runTask.sync"]:
                    needed |= {"ecs:RunTask", "ecs:StopTask", "ecs:DescribeTasks", "iam:PassRole", "events:PutTargets", "events:PutRule", "events:DescribeRule"}
                    if state["Parameters"].get("PropagateTags"):
                        needed.add("ecs:TagResource")
                case [*_, "aws-sdk", service, action]:
                    needed.add(f"{prefixes.get(service, service)}:{action[0].upper()}{action[1:]}")
                case [*_, service, action]:
                    yield f"sync.yaml: {machine} calls {service}:{action}, and this check does not know which rights that takes"
        if missing := needed - allowed(role):
            yield f"sync.yaml: {role_name} may not {', '.join(sorted(missing))}"
    statements = [each for policy in infra.resource("sync.yaml", "StateMachineRole")["Policies"] for each in policy["PolicyDocument"]["Statement"]]
    passed = {each["Ref"] for statement in statements if statement["Action"] == "iam:PassRole" for each in statement["Resource"]}
    if passed != {f"{task}{kind}Arn" for task in ("Orchestrator", "Schema") for kind in ("TaskRole", "ExecutionRole")}:
        yield f"sync.yaml: StateMachineRole may pass {sorted(passed)}, which are not the roles of its tasks"


# --- Lambda and its queue


def window_on_fifo(infra):
    infra.resource("workers-lambda.yaml", "EventSource")["MaximumBatchingWindowInSeconds"] = 5


def whole_batches(infra):
    del infra.resource("workers-lambda.yaml", "EventSource")["FunctionResponseTypes"]


def one_at_once(infra):
    infra.main["Parameters"]["MaxWorkers"]["MinValue"] = 1


def standard_dead_letters(infra):
    del infra.resource("queue.yaml", "DeadLetterQueue")["FifoQueue"]


@rule(
    "a function on a FIFO queue takes at most ten messages, without a batching window, reports single failures, and runs at least twice at once; "
    "the dead-letter queue of a FIFO queue is FIFO",
    AWS + "lambda/latest/dg/services-sqs-configure.html, services-sqs-scaling.html (2 to 1000), services-sqs-errorhandling.html",
    window_on_fifo,
    whole_batches,
    one_at_once,
    standard_dead_letters,
)
def event_sources(infra):
    for file, name, resource in infra.resources("AWS::Lambda::EventSourceMapping"):
        source = resource["Properties"]
        if source["BatchSize"] > 10 or source.get("MaximumBatchingWindowInSeconds", 0):
            yield f"{file}: {name} asks for batches that a FIFO queue does not give"
        if source.get("FunctionResponseTypes") != ["ReportBatchItemFailures"]:
            yield f"{file}: {name} does not report single failures, so one batch that fails brings all ten back"
        if source["ScalingConfig"] != {"MaximumConcurrency": {"Ref": "MaxWorkers"}} or not 2 <= infra.main["Parameters"]["MaxWorkers"]["MinValue"]:
            yield f"{file}: {name} may be given a MaximumConcurrency below 2"
    for file, name, resource in infra.resources("AWS::SQS::Queue"):
        queue = resource["Properties"]
        if not queue.get("FifoQueue"):
            yield f"{file}: {name} is no FIFO queue"
        if queue.get("FifoThroughputLimit") == "perMessageGroupId" and queue.get("DeduplicationScope") != "messageGroup":
            yield f"{file}: {name} asks for a throughput per group without deduplication per group"


# --- alarms


def unsaid_silence(infra):
    del infra.resource("alarms.yaml", "DeadLetters")["TreatMissingData"]


def calm_silence(infra):
    infra.resource("alarms.yaml", "NoCompletedSync")["TreatMissingData"] = "notBreaching"


def two_days_of_minutes(infra):
    infra.resource("alarms.yaml", "DatabaseBusy")["EvaluationPeriods"] = 300


@rule(
    "each alarm says what silence means, breaching where silence is the fault; periods of less than an hour look back a day at most",
    AWS + "AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html, "
    + AWS + "AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html (EvaluationPeriods)",
    unsaid_silence,
    calm_silence,
    two_days_of_minutes,
)
def silence(infra):
    for file, name, resource in infra.resources("AWS::CloudWatch::Alarm"):
        alarm = resource["Properties"]
        # What is missed when it is low: a count of good things, and room on a disk.
        wanted = "breaching" if name in ("NoCompletedSync", "DatabaseStorageLow") else "notBreaching"
        if alarm.get("TreatMissingData") != wanted:
            yield f"{file}: {name} treats missing data as {alarm.get('TreatMissingData')}, not as {wanted}"
        period = alarm.get("Period") or max(each["MetricStat"]["Period"] for each in alarm["Metrics"] if "MetricStat" in each)
        if isinstance(alarm["EvaluationPeriods"], int) and period < 3600 and period * alarm["EvaluationPeriods"] > 86400:
            yield f"{file}: {name} looks back {period * alarm['EvaluationPeriods']} s, and CloudWatch takes a day"


# --- Fargate


def weightless_base(infra):
    infra.resource("workers-containers.yaml", "Service")["CapacityProviderStrategy"]["If"][1][0]["Weight"] = 0


def foreign_provider(infra):
    infra.resource("orchestrator.yaml", "Cluster")["CapacityProviders"] = ["FARGATE"]


@rule(
    "each capacity provider of a service has a weight, since 0 places no task, and is its cluster's; one at most has a base",
    AWS + "AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html",
    weightless_base,
    foreign_provider,
)
def capacity(infra):
    known = {each for _, _, cluster in infra.resources("AWS::ECS::Cluster") for each in cluster["Properties"]["CapacityProviders"]}
    for file, name, resource in infra.resources("AWS::ECS::Service"):
        for strategy in resource["Properties"]["CapacityProviderStrategy"]["If"][1:]:
            if sum("Base" in each for each in strategy) > 1:
                yield f"{file}: two capacity providers of {name} have a base"
            for each in strategy:
                if not each.get("Weight"):
                    yield f"{file}: {name} places no task on {each['CapacityProvider']}, whose weight is 0"
                if each["CapacityProvider"] not in known:
                    yield f"{file}: {name} uses {each['CapacityProvider']}, which its cluster does not have"


def long_goodbye(infra):
    infra.container("workers-containers.yaml")["StopTimeout"] = 180


def no_such_size(infra):
    infra.resource("schema.yaml", "Task")["Memory"] = "4096"


@rule(
    "a task has a size that Fargate sells, and ends within two minutes",
    AWS + "AmazonECS/latest/developerguide/task_definition_parameters.html (task size, stopTimeout)",
    long_goodbye,
    no_such_size,
)
def fargate(infra):
    sizes = {"256": range(512, 2049, 512), "512": range(1024, 4097, 1024), "1024": range(2048, 8193, 1024), "2048": range(4096, 16385, 1024)}
    for file, name, resource in infra.resources("AWS::ECS::TaskDefinition"):
        task = resource["Properties"]
        if int(task["Memory"]) not in sizes[task["Cpu"]]:
            yield f"{file}: {name} has {task['Cpu']} units and {task['Memory']} MiB, which Fargate does not sell together"
        for container in task["ContainerDefinitions"]:
            if container.get("StopTimeout", 30) > 120:
                yield f"{file}: {container['Name']} may take {container['StopTimeout']} s to end, and Fargate gives 120"


def forgetful_registry(infra):
    repository = infra.resource("registry.yaml", "Repository")["LifecyclePolicy"]
    repository["LifecyclePolicyText"] = repository["LifecyclePolicyText"].replace("150", "30")


@rule(
    "a registry does not forget the image that runs: with three images per commit it keeps fifty commits",
    AWS + "AmazonECR/latest/userguide/LifecyclePolicies.html (an image in use expires like any other)",
    forgetful_registry,
)
def registry(infra):
    for file, name, resource in infra.resources("AWS::ECR::Repository"):
        for each in json.loads(resource["Properties"]["LifecyclePolicy"]["LifecyclePolicyText"])["rules"]:
            if each["selection"]["countType"] != "imageCountMoreThan" or each["selection"]["countNumber"] < 3 * 50:
                yield f"{file}: {name} lets go of images too early: {each['selection']}"


# --- sizes and names


def longform(value):
    """A template as `aws cloudformation package` writes it: without short tags, and with addresses of nested templates."""
    if isinstance(value, dict):
        plain = {"Ref", "Condition"}
        if len(value) == 1 and (key := next(iter(value))) not in plain and key[0].isupper() and key in FUNCTIONS:
            inner = value[key].split(".", 1) if key == "GetAtt" and isinstance(value[key], str) else value[key]
            return {f"Fn::{key}": longform(inner)}
        return {key: longform(each) for key, each in value.items()}
    if isinstance(value, list):
        return [longform(each) for each in value]
    return "https://s3.ap-southeast-1.amazonaws.com/" + "x" * 160 if isinstance(value, str) and value.startswith("templates/") else value


FUNCTIONS = {"If", "Equals", "Not", "And", "Or", "Select", "Split", "Join", "Sub", "FindInMap", "GetAtt"}


class Expanded(yaml.SafeDumper):
    def ignore_aliases(self, data):
        return True


def huge_template(infra):
    infra.main["Parameters"]["LegacyApiUrl"]["Description"] = "x" * 30000


@rule(
    "main.yaml goes to CloudFormation as a text of at most 51,200 bytes, and each nested template has at most 1 MB",
    AWS + "AWSCloudFormation/latest/UserGuide/cloudformation-limits.html (template body)",
    huge_template,
)
def sizes(infra):
    for file, template, limit in [("main.yaml", infra.main, 51200), *((file, each, 1_000_000) for file, each in infra.templates.items())]:
        size = len(yaml.dump(longform(template), Dumper=Expanded, default_flow_style=False).encode())
        if size > limit:
            yield f"{file} has {size} bytes once it is packaged, and CloudFormation takes {limit}"
        if len(template["Description"].encode()) > 1024 or len(template.get("Parameters", {})) > 200:
            yield f"{file} has too long a description, or too many parameters"


def beyond_the_end(infra):
    infra.main["Resources"]["Alarms"]["Properties"]["Parameters"]["QueueName"] = {"Select": [5, {"Split": [":", {"Ref": "ExistingQueueArn"}]}]}


@rule(
    "a part is taken only out of a text that has it, also when a parameter is empty: Fn::Select beyond the end is an error of the whole stack",
    AWS + "AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-select.html",
    beyond_the_end,
)
def selections(infra):
    def walk(value):
        if isinstance(value, dict):
            match value:
                case {"Select": [index, {"Split": [separator, {"Ref": name}]}]} if infra.main["Parameters"].get(name, {}).get("Default") == "":
                    yield f"main.yaml: part {index} of {name} between {separator!r}, which may be empty"
            for each in value.values():
                yield from walk(each)
        elif isinstance(value, list):
            for each in value:
                yield from walk(each)

    yield from walk(infra.main["Resources"])
    yield from walk(infra.main["Outputs"])


def strange_letter(infra):
    infra.resource("security-groups.yaml", "Database")["GroupDescription"] = "The database’s own group"


def long_description(infra):
    infra.resource("workers-lambda.yaml", "Function")["Description"] = "x" * 300


@rule(
    "descriptions have the letters and the length that each service takes",
    AWS + "AWSEC2/latest/APIReference/API_CreateSecurityGroup.html, " + AWS + "lambda/latest/api/API_CreateFunction.html, "
    + AWS + "eventbridge/latest/APIReference/API_PutRule.html, " + AWS + "AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html",
    strange_letter,
    long_description,
)
def descriptions(infra):
    limits = {"AWS::Lambda::Function": ("Description", 256), "AWS::Events::Rule": ("Description", 512), "AWS::CloudWatch::Alarm": ("AlarmDescription", 1024),
              "AWS::SecretsManager::Secret": ("Description", 2048), "AWS::ApiGatewayV2::Api": ("Description", 1024)}  # fmt: skip
    for kind, (field, limit) in limits.items():
        for file, name, resource in infra.resources(kind):
            text = next(texts(resource["Properties"][field]))
            if len(text) > limit:
                yield f"{file}: the description of {name} has {len(text)} letters, and {limit} are allowed"
    for file, name, resource in [*infra.resources("AWS::EC2::SecurityGroup"), *infra.resources("AWS::EC2::SecurityGroupIngress")]:
        group = resource["Properties"]
        rules = [group, *group.get("SecurityGroupIngress", []), *group.get("SecurityGroupEgress", [])]
        for text in [each for one in rules for each in (one.get("Description"), one.get("GroupDescription")) if each]:
            if not re.fullmatch(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{1,255}", text):
                yield f"{file}: {name}: EC2 does not take the description {text!r}"


def long_name(infra):
    infra.resource("queue.yaml", "DeadLetterQueue")["QueueName"] = {"Sub": "${Name}-${Unique}-which-takes-what-failed.fifo"}


@rule(
    "with the longest name that a stack may have, each name that the templates give is short enough",
    AWS + "AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html (80), "
    + AWS + "AmazonRDS/latest/UserGuide/CHAP_Limits.html (63), " + AWS + "AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html (512)",
    long_name,
)
def lengths(infra):
    limits = {"AWS::SQS::Queue": ("QueueName", 80), "AWS::RDS::DBInstance": ("DBInstanceIdentifier", 63), "AWS::Logs::LogGroup": ("LogGroupName", 512),
              "AWS::CloudWatch::Dashboard": ("DashboardName", 255), "AWS::ApiGatewayV2::Api": ("Name", 128)}  # fmt: skip
    for kind, (field, limit) in limits.items():
        for file, name, resource in infra.resources(kind):
            given = resource["Properties"].get(field)
            if given is None:
                continue
            text = next(texts(given)) if "Sub" in given else "${Name}"
            filled = text.replace("${Name}", "x" * LONGEST_STACK).replace("${Unique}", "0" * UNIQUE).replace("${AWS::Region}", "ap-southeast-1")
            if len(filled) > limit or "${" in filled:
                yield f"{file}: {name} may be called {filled}, and {limit} letters are allowed"
