"""What an account must have before its first cluster of ECS."""

from __future__ import annotations

from aws import Aws


def ensure_ecs_role(aws: Aws) -> None:
    """Makes ECS's own role, unless the account has it.

    ECS makes it with the first cluster, and that cluster then fails: "Unable to assume the service linked role". Made here, it is known by
    the time that the stack asks for it. A deployer who may not look or make it goes on: the second run of infra/deploy succeeds anyway.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using-service-linked-roles.html
    """
    if aws.maybe(("NoSuchEntity", "AccessDenied"), "iam", "get-role", "--role-name", "AWSServiceRoleForECS"):
        return
    # InvalidInput is what AWS says of a role that is there, when nobody may look; emulators say EntityAlreadyExists.
    aws.maybe(("InvalidInput", "EntityAlreadyExists", "AccessDenied"), "iam", "create-service-linked-role", "--aws-service-name", "ecs.amazonaws.com")
