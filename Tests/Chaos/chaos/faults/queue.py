"""Faults of the queue, and messages that should not be there."""

from __future__ import annotations

import random
import re
import time

from ..plan import Fault
from ..sqs_proxy import Rule
from .base import Context, fault


@fault
async def queue_fails(context: Context, each: Fault) -> None:
    """A share of the calls goes wrong: `kind share operation`."""
    kind, share, *operation = each.detail.split()
    context.stack.sqs.add(Rule(kind, time.monotonic() + each.lasts, float(share), operation[0] if operation else ""))
    if kind in ("cut", "hold", "delay", "lose_answer"):
        context.stack.count_crash()
    await context.pause(each.lasts)


@fault
async def queue_freeze(context: Context, each: Fault) -> None:
    """The SQS server stands still."""
    context.stack.count_crash()
    context.stack.servers.sqs.freeze(True)
    await context.pause(each.lasts)
    context.stack.servers.sqs.freeze(False)


@fault
async def queue_cut(context: Context, each: Fault) -> None:
    """All connections are reset."""
    context.stack.count_crash()
    context.stack.sqs.cut()


@fault
async def old_messages(context: Context, each: Fault) -> None:
    """Messages that were sent earlier are sent again."""
    dice = random.Random(each.detail)
    sent = context.stack.sqs.sent
    for entry in dice.sample(sent, min(5, len(sent))):
        await context.stack.sqs.send_again(entry)


@fault
async def foreign_message(context: Context, each: Fault) -> None:
    """A message that is no batch is in the queue."""
    body = f'{{"chaos": "{each.detail}"}}'
    context.poison.add(body)
    lane = context.stack.sqs.sent[-1]["MessageGroupId"] if context.stack.sqs.sent and each.detail.endswith("lane") else "chaos"
    await context.stack.sqs.send_again({"QueueUrl": context.stack.queue, "MessageBody": body, "MessageGroupId": lane})


@fault
async def forged_message(context: Context, each: Fault) -> None:
    """A message that looks like a batch of an earlier sync, with a number that was never reserved, changes addresses."""
    sent = context.stack.sqs.sent
    if not sent:
        return
    entry = random.Random(each.detail).choice(sent)
    body = re.sub(r"^(user-sync/\d+\t\d+\t)\d+", r"\g<1>5000", entry["MessageBody"]).replace("@example.com", "@forged.example")
    context.poison.add(body)
    await context.stack.sqs.send_again({**entry, "MessageBody": body})
