"""Faults of the stream that is under way."""

from __future__ import annotations

from ..plan import Fault
from .base import Context, fault


@fault
async def source_cut(context: Context, each: Fault) -> None:
    """The stream under way is cut: `close` or `reset`."""
    context.stack.source.cut(each.detail)


@fault
async def source_silent(context: Context, each: Fault) -> None:
    """The stream under way says nothing."""
    context.stack.source.silence(each.lasts)
    await context.pause(each.lasts)
