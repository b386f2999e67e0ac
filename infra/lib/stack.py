"""A stack of CloudFormation: what it is, and how it is brought to what it must be."""

from __future__ import annotations

import json
import pathlib
import tempfile
import time

from aws import Aws, Problem, ask, pause, say, step, wait

# What a change must not take away without a word: the users, and batches on their way.
PRECIOUS = {"AWS::RDS::DBInstance", "AWS::SQS::Queue", "AWS::SecretsManager::Secret"}
# The nested stacks that hold them.
PRECIOUS_STACKS = {"Database", "Queue"}
# A first create that failed leaves a stack that can only be deleted. What is protected is switched on after the first success.
HALF_MADE = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "REVIEW_IN_PROGRESS"}


class Stack:
    def __init__(self, aws: Aws, name: str):
        self.aws, self.name = aws, name

    def describe(self) -> dict | None:
        """The stack as AWS has it, or None."""
        answer = self.aws.maybe(("does not exist",), "cloudformation", "describe-stacks", "--stack-name", self.name)
        return answer["Stacks"][0] if answer else None

    def status(self) -> str:
        found = self.describe()
        return found["StackStatus"] if found else "NONE"

    def outputs(self) -> dict:
        found = self.describe()
        if not found:
            raise Problem(f"there is no stack {self.name} in {self.aws.region}: infra/deploy makes it")
        return {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])}

    def parameters(self) -> dict:
        found = self.describe() or {}
        return {each["ParameterKey"]: each["ParameterValue"] for each in found.get("Parameters", [])}

    # --- What an earlier run left

    def settle(self) -> None:
        """Brings the stack to a state from which it can be changed, whatever an earlier run left."""
        status = self.status()
        if status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
            step(f"{self.name} is being changed already ({status}); waiting for that to end")
            status = self.wait_for_rest()
        if status in HALF_MADE:
            step(f"{self.name} was never complete ({status}); what there is of it goes first")
            self.delete()
        elif status == "DELETE_FAILED":
            # It may hold users still, so that nothing of it goes without a question.
            raise Problem(f"{self.name} is half deleted: {self.first_failure()}\nMend that and run infra/destroy, which goes on from there.")
        elif status == "UPDATE_ROLLBACK_FAILED":
            step(f"{self.name} could not be rolled back; that is tried again first")
            self.aws("cloudformation", "continue-update-rollback", "--stack-name", self.name)
            status = self.wait_for_rest()
            if status != "UPDATE_ROLLBACK_COMPLETE":
                raise Problem(f"the rollback of {self.name} failed again: {self.first_failure()}\nMend that, then run this again.")

    def wait_for_rest(self) -> str:
        def rested():
            status = self.status()
            return None if status.endswith("_IN_PROGRESS") else status

        return wait(f"{self.name} is at rest", 5400, rested)

    def delete(self) -> None:
        self.aws("cloudformation", "delete-stack", "--stack-name", self.name)

        def gone():
            status = self.status()
            if status == "DELETE_FAILED":
                raise Problem(f"{self.name} could not be deleted: {self.first_failure()}\nMend that, then run this again.")
            return True if status in ("NONE", "DELETE_COMPLETE") else None

        wait(f"{self.name} is gone", 5400, gone)

    def first_failure(self) -> str:
        """What failed first, of the last change; nested stacks are followed to the resource."""
        return self._failure(self.name) or "AWS gave no reason; look into the stack's events"

    def _failure(self, name: str) -> str | None:
        answer = self.aws.maybe(("does not exist",), "cloudformation", "describe-stack-events", "--stack-name", name)
        found = None
        for event in (answer or {}).get("StackEvents", []):
            status, reason = event["ResourceStatus"], event.get("ResourceStatusReason", "")
            # Newest first; the change began where its own stack did.
            if event["PhysicalResourceId"] == event["StackId"] and status in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"):
                break
            if status.endswith("_FAILED") and "cancelled" not in reason:
                found = event
        if not found:
            return None
        is_nested = found["ResourceType"] == "AWS::CloudFormation::Stack" and found["PhysicalResourceId"] not in ("", found["StackId"])
        inner = self._failure(found["PhysicalResourceId"]) if is_nested else None
        return inner or f"{found['LogicalResourceId']} ({found['ResourceType']}): {found.get('ResourceStatusReason', found['ResourceStatus'])}"

    # --- Changes

    def change(self, template: pathlib.Path, parameters: dict, tags: list, *, confirm=None) -> bool:
        """Makes the stack, or changes it, to what a template says: by a change set, which is shown. False when nothing changes.

        confirm(changes) is asked before the change set is carried out; when it raises, nothing is changed.
        """
        kind = "CREATE" if self.status() in ("NONE", "REVIEW_IN_PROGRESS", "DELETE_COMPLETE") else "UPDATE"
        name = f"deploy-{time.strftime('%Y%m%d-%H%M%S')}-{time.monotonic_ns() % 100000}"
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "parameters.json"
            file.write_text(json.dumps([{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()]))
            self.aws(
                "cloudformation", "create-change-set", "--stack-name", self.name, "--change-set-name", name, "--change-set-type", kind,
                "--template-body", f"file://{template}", "--parameters", f"file://{file}", "--capabilities", "CAPABILITY_IAM",
                "--include-nested-stacks", "--tags", *tags,
            )  # fmt: skip
        changes = self._changes(name)
        if changes is None:
            self.aws.maybe(("ChangeSetNotFound", "does not exist"), "cloudformation", "delete-change-set", "--stack-name", self.name, "--change-set-name", name)
            return False
        show(changes)
        try:
            if confirm:
                confirm(changes)
        except Problem:
            self.aws("cloudformation", "delete-change-set", "--stack-name", self.name, "--change-set-name", name)
            raise
        self.aws("cloudformation", "execute-change-set", "--stack-name", self.name, "--change-set-name", name)
        # AWS takes a moment to begin; the status of before must not be taken for the result.
        time.sleep(pause())
        status = self.wait_for_rest()
        if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            raise Problem(f"{self.name} is {status}. What failed: {self.first_failure()}\nMend that, then run this again: it goes on from there.")
        return True

    def _changes(self, name: str) -> list | None:
        """The changes of a change set, nested ones included; None when there are none."""

        def read(change_set: str, stack: str | None):
            arguments = ["--change-set-name", change_set] + (["--stack-name", stack] if stack else [])

            def ready():
                answer = self.aws("cloudformation", "describe-change-set", *arguments)
                return answer if answer["Status"] in ("CREATE_COMPLETE", "FAILED", "EXECUTE_COMPLETE") else None

            return wait(f"the change set of {stack or change_set}", 900, ready)

        def is_empty(answer: dict) -> bool:
            """Whether a change set changes nothing, which AWS calls a failure. Another failure ends this."""
            reason = answer.get("StatusReason", "")
            if answer["Status"] != "FAILED":
                return False
            if "didn't contain changes" in reason or "No updates are to be performed" in reason:
                return True
            raise Problem(f"AWS refuses the change of {answer['StackName']}: {reason}")

        answer = read(name, self.name)
        if is_empty(answer):
            return None
        found = []
        for each in answer.get("Changes", []):
            change = each["ResourceChange"]
            if change.get("ChangeSetId"):
                nested = read(change["ChangeSetId"], None)
                is_empty(nested)
                inner = [c["ResourceChange"] | {"Within": change["LogicalResourceId"]} for c in nested.get("Changes", [])]
                found += inner or ([change] if change["Action"] != "Modify" else [])
            else:
                found.append(change)
        return found or None


def is_replaced(change: dict) -> bool:
    return change["Action"] == "Remove" or change.get("Replacement") == "True"


def show(changes: list) -> None:
    say(f"    {len(changes)} changes:")
    for change in changes:
        where = f"{change['Within']}/" if "Within" in change else ""
        what = "Replace" if change.get("Replacement") == "True" else change["Action"]
        maybe = " (perhaps replaced)" if change.get("Replacement") == "Conditional" else ""
        say(f"    {what:8} {where}{change['LogicalResourceId']}  {change['ResourceType']}{maybe}")


def precious(changes: list) -> list:
    return [each for each in changes if is_replaced(each) and (each["ResourceType"] in PRECIOUS or each["LogicalResourceId"] in PRECIOUS_STACKS)]


def confirmation(yes: bool, may_replace: bool):
    """What is asked before a change: a person's word, and a second one when data would go."""

    def confirm(changes: list) -> None:
        going = precious(changes)
        if going and not may_replace:
            names = ", ".join(f"{each['LogicalResourceId']} ({each['ResourceType']})" for each in going)
            raise Problem(f"this change would remove or replace what holds data: {names}. Nothing was changed. If you mean it, add --may-replace.")
        if not yes:
            ask("Carry out these changes?", "yes")

    return confirm

