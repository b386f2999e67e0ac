"""Teaches moto's CloudFormation what infra/deploy relies on, and moto 5.2.5 does not know: outputs of nested stacks, updates of them,
change sets that list nested changes, rollback after a failure, deletion policies, protection from deletion.

Resources of types that moto does not make are ignored, and their updates too; `ignored` counts them by type.
"""

import collections
import copy
import json
import traceback
import urllib.parse

from moto.cloudformation import models, parsing
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import CloudFormationBackend, Stack
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult
from moto.ecr.models import Repository
from moto.ecs.models import TaskDefinition, ecs_backends
from moto.rds.models import DBInstance, DBParameterGroup, rds_backends
from moto.s3.models import s3_backends
from moto.secretsmanager.models import secretsmanager_backends

import control

NESTED = "AWS::CloudFormation::Stack"
KEPT = {"Retain", "RetainExceptOnCreate"}
made, ignored = collections.Counter(), collections.Counter()


class Injected(Exception):
    pass


def holds(stack, resource):
    condition = resource.get("Condition")
    return condition is None or stack.resource_map.lazy_condition_map[condition]


def resolved(stack, resource):
    """A resource's properties as text, with each reference resolved."""
    return json.dumps(parsing.clean_json(copy.deepcopy(resource.get("Properties", {})), stack.resource_map), default=str, sort_keys=True)


def bring(stack, text, parameters):
    """Makes a stack's resources what a template says: in the order of the template, which names what it needs first."""
    resources = stack.resource_map
    before, template = resources._resource_json_map, Stack.parse_template(text)
    resources._template, resources.input_parameters, resources.resolved_parameters = template, parameters, {}
    resources.load_mapping()
    resources.load_parameters()
    resources.load_conditions()
    resources._resource_json_map = template["Resources"]
    stack.known = getattr(stack, "known", {})
    for name, resource in template["Resources"].items():
        if resources._parsed_resources.get(name) is not None and name in stack.known:
            if not holds(stack, resource):
                remove(stack, name, before.get(name, resource))
            elif resource["Type"] == NESTED:
                nested = resources._parsed_resources[name]
                properties = parsing.clean_json(copy.deepcopy(resource["Properties"]), resources)
                update(nested, template_at(properties["TemplateURL"], stack.account_id), {k: text_of(v) for k, v in properties.get("Parameters", {}).items()})
            else:
                change(stack, name, resource)
        elif holds(stack, resource):
            create(stack, name, resource)
    for name in set(before) - set(template["Resources"]):
        remove(stack, name, before[name])
    stack.template, stack.parameters = text, parameters
    stack._parse_template()
    stack.output_map = stack._create_output_map()


def text_of(value):
    return ",".join(value) if isinstance(value, list) else str(value)


def template_at(url, account):
    """The text that `aws cloudformation package` has uploaded: its URL begins with the bucket, whatever the host."""
    bucket, key = urllib.parse.urlparse(url).path.lstrip("/").split("/", 1)
    return s3_backends[account]["aws"].get_object(bucket, key).value.decode()


class Secret:
    """A secret of a stack, with the tags that CloudFormation gives it."""

    def __init__(self, stack, name, properties):
        self.backend, self.logical_resource_id, self.type = secretsmanager_backends[stack.account_id][stack.region_name], name, "Secret"
        template = json.loads(properties["GenerateSecretString"]["SecretStringTemplate"])
        text = json.dumps(template | {properties["GenerateSecretString"]["GenerateStringKey"]: "emulated"})
        tags = [{"Key": "aws:cloudformation:stack-name", "Value": stack.name}]
        answer = self.backend.create_secret(f"{name}-{stack.stack_id[-12:]}", text, None, None, tags, None, None, [], False)
        self.physical_resource_id = json.loads(answer)["ARN"]

    def delete(self, *_):
        self.backend.delete_secret(self.physical_resource_id, None, True)


def create(stack, name, resource):
    kind = resource["Type"]
    if kind in control.read().get("fail", []) or name in control.read().get("fail", []):
        event(stack, name, kind, "CREATE_FAILED", "a failure that the check injects")
        raise Injected(name)
    made_one = stack.resource_map[name]
    stack.known[name] = resolved(stack, resource)
    if kind == "AWS::SecretsManager::Secret":
        made_one = stack.resource_map._parsed_resources[name] = Secret(stack, name, resource["Properties"])
    if made_one is None:
        ignored[kind] += 1
    else:
        made[kind] += 1
        if kind == NESTED and made_one.status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            event(stack, name, kind, "CREATE_FAILED", "Embedded stack was not successfully created", made_one.stack_id)
            raise Injected(name)


def change(stack, name, resource):
    """Changes a resource whose properties differ from before, as far as moto can."""
    now, kind = resolved(stack, resource), resource["Type"]
    if stack.known[name] == now:
        return
    if kind in control.read().get("fail", []) or name in control.read().get("fail", []):
        event(stack, name, kind, "UPDATE_FAILED", "a failure that the check injects")
        raise Injected(name)
    stack.known[name] = now
    existing = stack.resource_map._parsed_resources[name]
    if isinstance(existing, DBInstance):
        properties = json.loads(now)
        existing.deletion_protection = bool(properties.get("DeletionProtection"))
        return
    if isinstance(existing, TaskDefinition):
        # moto's own update forgets the new revision's logs and commands.
        ecs_backends[stack.account_id][stack.region_name].deregister_task_definition(existing.arn)
        del stack.resource_map._parsed_resources[name]
        stack.resource_map[name]
        return
    try:
        changed = parsing.parse_and_update_resource(name, copy.deepcopy(resource), stack.resource_map, stack.account_id, stack.region_name)
    except Exception:
        changed = None
    if changed is None:
        ignored[f"update of {kind}"] += 1
    else:
        stack.resource_map._parsed_resources[name] = changed


def remove(stack, name, resource, *, rollback=False):
    existing = stack.resource_map._parsed_resources.pop(name, None)
    stack.known.pop(name, None)
    policy = resource.get("DeletionPolicy")
    if existing is None or policy == "Retain" or (policy in KEPT and not rollback):
        return
    if isinstance(existing, DBInstance):
        if existing.deletion_protection:
            stack.resource_map._parsed_resources[name], stack.known[name] = existing, ""
            event(stack, name, resource["Type"], "DELETE_FAILED", "Cannot delete protected DB Instance, please disable deletion protection")
            raise Injected(name)
        if policy == "Snapshot" and not rollback:
            backend = rds_backends[stack.account_id][stack.region_name]
            backend.create_db_snapshot(existing.db_instance_identifier, f"{stack.name}-snapshot-{name}".lower())
    if isinstance(existing, Stack):
        wipe(existing, rollback=rollback)
        return
    try:
        stack.resource_map._delete_resource(existing, resource)
    except Exception:
        ignored[f"deletion of {resource['Type']}"] += 1


def wipe(stack, *, rollback=False):
    """Deletes a stack's resources, the last made first, then the stack."""
    stack.known = getattr(stack, "known", {})
    template = stack.resource_map._resource_json_map
    try:
        for name in reversed(list(template)):
            if name in stack.known:
                remove(stack, name, template[name], rollback=rollback)
    except Injected:
        stack.status = "DELETE_FAILED"
        raise
    stack.status = "DELETE_COMPLETE"
    event(stack, stack.name, NESTED, "DELETE_COMPLETE")
    backend = models.cloudformation_backends[stack.account_id][stack.region_name]
    backend.deleted_stacks[stack.stack_id] = backend.stacks.pop(stack.stack_id, stack)


def event(stack, name, kind, status, reason=None, physical=""):
    stack.events.append(models.Event(stack.stack_id, stack.name, name, physical or name, kind, status, reason, None))


def update(stack, text, parameters):
    """Updates a nested stack; nothing happens when it is as it should be."""
    if text == stack.template and parameters == {k: text_of(v) for k, v in stack.parameters.items()}:
        return
    stack._add_stack_event("UPDATE_IN_PROGRESS")
    bring(stack, text, parameters)
    stack.status = "UPDATE_COMPLETE"


def execute_change_set(self, change_set_name, stack_name=None):
    change_set = self.describe_change_set(change_set_name)
    stack = self.stacks[change_set.stack_id]
    is_new = change_set.change_set_type == "CREATE"
    verb = "CREATE" if is_new else "UPDATE"
    stack._add_stack_event(f"{verb}_IN_PROGRESS", "User Initiated")
    before = (stack.template, dict(stack.parameters))
    try:
        bring(stack, change_set.template, change_set.parameters)
        stack.status = f"{verb}_COMPLETE"
        stack._add_stack_event(stack.status)
    except Exception as error:
        if not isinstance(error, Injected):
            # What moto cannot make; its log has the rest.
            traceback.print_exc()
            event(stack, "unknown", "moto", f"{verb}_FAILED", f"{type(error).__name__}: {error}")
        if is_new:
            template = stack.resource_map._resource_json_map
            stack.status = "ROLLBACK_COMPLETE"
            try:
                for name in reversed(list(template)):
                    if name in stack.known:
                        remove(stack, name, template[name], rollback=True)
            except Injected:
                stack.status = "ROLLBACK_FAILED"
        else:
            with control.without_failures():
                bring(stack, *before)
            stack.status = "UPDATE_ROLLBACK_COMPLETE"
    change_set.execution_status = "EXECUTE_COMPLETE"
    control.report({"made": made, "ignored": ignored})


def delete_stack(self, name):
    for stack in list(self.stacks.values()):
        if name in (stack.name, stack.stack_id):
            if stack.enable_termination_protection:
                raise ValidationError(stack.name, message=f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled")
            stack._add_stack_event("DELETE_IN_PROGRESS", "User Initiated")
            try:
                wipe(stack)
            except Injected:
                pass
            return


def update_termination_protection(self):
    stack = self.cloudformation_backend.get_stack(self._get_param("StackName"))
    stack.enable_termination_protection = self._get_bool_param("EnableTerminationProtection")
    return ActionResult({"StackId": stack.stack_id})


def create_nested(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
    properties = cloudformation_json["Properties"]
    backend = models.cloudformation_backends[account_id][region_name]
    parameters = {k: text_of(v) for k, v in properties.get("Parameters", {}).items()}
    text = template_at(properties["TemplateURL"], account_id)
    stack_id = models.generate_stack_id(resource_name, region_name, account_id)
    stack = Stack(stack_id, resource_name, {}, parameters, account_id, region_name)
    backend.stacks[stack_id] = stack
    stack._add_stack_event("CREATE_IN_PROGRESS")
    try:
        bring(stack, text, parameters)
        stack.status = "CREATE_COMPLETE"
    except Injected:
        stack.status = "CREATE_FAILED"
    return stack


def get_output(self, attribute):
    outputs = {each["OutputKey"]: each["OutputValue"] for each in self.outputs or []}
    return outputs[attribute.removeprefix("Outputs.")]


def create_change_set(self, **arguments):
    result = original_create_change_set(self, **arguments)
    change_set = self.change_sets[result[0]]
    stack, template, parameters = change_set.stack, change_set.template_dict, arguments["parameters"]
    is_update = arguments["change_set_type"] == "UPDATE"
    # CloudFormation gives a change set that changes nothing the status FAILED; moto compares the parameters in another form.
    if is_update and stack.has_template(arguments["template"]) and {k: str(v) for k, v in stack.parameters.items()} == {k: str(v) for k, v in parameters.items()}:
        change_set.status, change_set.execution_status = "FAILED", "UNAVAILABLE"
        change_set.status_reason = "The submitted information didn't contain changes. Submit different information to create a change set."
        return result
    # moto compares texts alone. Which nested stacks a parameter reaches is not computed: each that stays counts as changed.
    after = parsing.ResourceMap(stack.stack_id, stack.name, parameters, {}, account_id=stack.account_id, region_name=stack.region_name, template=template, cross_stack_resources={})
    after.load_mapping()
    after.load_parameters()
    after.load_conditions()
    there = set(getattr(stack, "known", {}))
    wanted = {name for name, each in template["Resources"].items() if "Condition" not in each or after.lazy_condition_map[each["Condition"]]}
    types = {name: each["Type"] for name, each in (stack.resource_map._resource_json_map | template["Resources"]).items()}
    actions = {name: "Remove" if name not in wanted else "Modify" if name in there else "Add" for name in types if name in wanted | there}
    change_set.changes = [models.Change(action, name, types[name]) for name, action in actions.items()]
    return result


original_create_change_set = CloudFormationBackend.create_change_set


def install():
    Stack.get_cfn_attribute = get_output
    Stack.create_from_cloudformation_json = classmethod(create_nested)
    CloudFormationBackend.execute_change_set = execute_change_set
    CloudFormationBackend.create_change_set = create_change_set
    CloudFormationBackend.delete_stack = delete_stack
    CloudFormationResponse.update_termination_protection = update_termination_protection
    CloudFormationResponse._validate_different_update = lambda *_: None
    # CloudFormation makes lower-case names where a service wants them.
    make = Repository.create_from_cloudformation_json.__func__
    Repository.create_from_cloudformation_json = classmethod(lambda cls, name, *rest, **named: make(cls, name.lower(), *rest, **named))
    # moto knows neither of these, and takes the reference to a parameter group for its name.
    attribute = DBInstance.get_cfn_attribute
    DBInstance.has_cfn_attr = classmethod(lambda cls, name: True)
    DBInstance.get_cfn_attribute = lambda self, name: "db-EMULATED" if name == "DbiResourceId" else attribute(self, name)
    DBParameterGroup.physical_resource_id = property(lambda self: self.name)

