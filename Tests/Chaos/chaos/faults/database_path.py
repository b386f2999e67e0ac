"""Faults on the way to the database."""

from __future__ import annotations

from ..plan import Fault
from .base import Context, fault


@fault
async def database_cut(context: Context, each: Fault) -> None:
    """All connections are reset."""
    for proxy in context.stack.postgres:
        proxy.cut()


@fault
async def database_unreachable(context: Context, each: Fault) -> None:
    """Connections are reset, and new ones refused."""
    for proxy in context.stack.postgres:
        proxy.accepts = False
        proxy.cut()
    await context.pause(each.lasts)
    context.stack.postgres[0].accepts = True


@fault
async def database_silent(context: Context, each: Fault) -> None:
    """Nothing passes."""
    for proxy in context.stack.postgres:
        proxy.hold()
    await context.pause(each.lasts)
    for proxy in context.stack.postgres:
        proxy.heal()
        proxy.accepts = proxy is context.stack.postgres[0]


@fault
async def database_half_open(context: Context, each: Fault) -> None:
    """One side alone learns that its connections are gone: `client` or `server`."""
    for proxy in context.stack.postgres:
        if each.detail == "client":
            proxy.cut_clients(each.lasts)
        else:
            proxy.cut_server(each.lasts)
    await context.pause(each.lasts)


@fault
async def answers_lost(context: Context, each: Fault) -> None:
    """Statements take effect, and their answers are lost."""
    count, _, text = each.detail.partition(" ")
    for proxy in context.stack.postgres:
        proxy.lose_answers(int(count), text)
    await context.pause(each.lasts)
    for proxy in context.stack.postgres:
        proxy.lose_answers(0, "")


@fault
async def failover(context: Context, each: Fault) -> None:
    """The database moves to the second address that the programs know."""
    first, second = context.stack.postgres[0], context.stack.postgres[-1]
    first.accepts = False
    first.cut()
    await context.pause(each.lasts)
    second.accepts = True
