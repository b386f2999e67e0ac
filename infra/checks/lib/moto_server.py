"""Runs moto's server on a port of 127.0.0.1, as infra/checks need it. Usage: moto_server.py PORT

Once it is told to look at credentials (POST /moto-api/reset-auth), moto checks each signature and asks the caller's policies. Of SQS it
does not know which queue a call is about, nor that a batch call needs the right of the single one; and it cannot read the policies of
roles that CloudFormation made. Here it learns all three. emulated_stacks.py and stand_ins.py say what else is added.
"""

import json
import sys

import emulated_stacks
import stand_ins
from moto.iam.access_control import AssumedRoleAccessKey, IAMRequest
from moto.server import main
from moto.sqs.responses import SQSResponse


def queue_arn(self):
    """The queue that a call names, as policies write it; all of them for a call that names none."""
    url = json.loads(self.raw_body or b"{}").get("QueueUrl")
    if url is None:
        return "*"
    return f"arn:aws:sqs:{self.region}:{self.current_account}:{url.rsplit('/', 1)[1]}"


collect_policies = AssumedRoleAccessKey.collect_policies


def policies_as_text(self):
    policies = collect_policies(self)
    return [json.dumps(each) if isinstance(each, dict) and "Statement" in each else each for each in policies]


ask_policies = IAMRequest.check_action_permitted


def check_action_permitted(self, resource):
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
    if self._action.startswith("sqs:"):
        self._action = self._action.removesuffix("Batch")
    return ask_policies(self, resource)


SQSResponse._determine_resource = queue_arn
AssumedRoleAccessKey.collect_policies = policies_as_text
IAMRequest.check_action_permitted = check_action_permitted
emulated_stacks.install()

if __name__ == "__main__":
    stand_ins.install(sys.argv[1])
    main(["-H", "127.0.0.1", "-p", sys.argv[1]])
