"""What an operator, a schedule or a caller of the API does beside a sync."""

from __future__ import annotations

import asyncio

from ..plan import Fault
from ..servers import free_port
from ..sqs import read_answer
from .base import Context, fault


@fault
async def second_sync(context: Context, each: Fault) -> None:
    """A second sync is started beside the first."""
    context.excuse("a second sync, which may find the lock free after a lost connection")
    await command(context, "sync")


@fault
async def dry_run(context: Context, each: Fault) -> None:
    """An operator asks what a sync would do."""
    await command(context, "sync", "--dry-run")


@fault
async def look(context: Context, each: Fault) -> None:
    """An operator asks: status, history, rejects, report, doctor, dead letters."""
    await command(context, *each.detail.split())


@fault
async def reset(context: Context, each: Fault) -> None:
    """An operator resets. It must refuse while the orchestrator holds the lock."""
    context.excuse("an operator's reset, which may find the lock free after a lost connection")
    await command(context, "reset")


@fault
async def redrive(context: Context, each: Fault) -> None:
    """An operator replays the dead letters."""
    await command(context, "dead-letters", "redrive", "--wait", "20")


@fault
async def api_call(context: Context, each: Fault) -> None:
    """The HTTP API runs beside the sync and gets one request: `METHOD PATH`."""
    method, path = each.detail.split()
    if method == "POST" and path != "/dead-letters/redrive":
        context.excuse("someone may have started or cancelled a sync through the API")
    port = free_port()
    process = await context.stack.orchestrator("serve", "--port", str(port))
    answer = "no answer"
    try:
        for _ in range(50):
            await asyncio.sleep(0.1)
            if process.status is not None:
                break
            try:
                answer = await asyncio.wait_for(_http(port, method, path), 30)
                break
            except OSError:
                continue
    except (TimeoutError, asyncio.IncompleteReadError) as error:
        answer = type(error).__name__
    context.side_effects.append(f"{each.detail}: {answer}")
    context.stack.killed.add(process.pid)
    await process.stop(30)


async def _http(port: int, method: str, path: str) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n"
            "Content-Type: application/json\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
        )
        return str((await read_answer(reader)).status)
    finally:
        writer.close()


async def command(context: Context, *arguments: str) -> int | None:
    """Runs a command of the orchestrator beside everything else."""
    process = await context.stack.orchestrator(*arguments)
    status = await process.wait(90)
    if status is None:
        process.kill()
    context.side_effects.append(f"{' '.join(arguments)}: {status}")
    return status
