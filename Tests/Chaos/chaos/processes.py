"""Child processes that end with this one, and their descriptors and memory."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
from pathlib import Path

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent() -> None:
    """Asks the kernel to kill this process when its parent ends."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Process:
    """A program in its own session, with its output in a file."""

    def __init__(self, name: str, child: asyncio.subprocess.Process, log: Path) -> None:
        self.name = name
        self.log = log
        self._child = child
        self.is_told_to_stop = False

    @staticmethod
    async def start(name: str, command: list[str], environment: dict[str, str], log: Path) -> Process:
        """Starts a program; its output is added to `log`."""
        with log.open("ab") as output:
            child = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
        return Process(name, child, log)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._child.pid

    @property
    def status(self) -> int | None:
        """Its exit status, or None while it runs."""
        return self._child.returncode

    def send(self, number: signal.Signals) -> None:
        """Sends a signal, unless it has ended."""
        self.is_told_to_stop |= number == signal.SIGTERM
        if self._child.returncode is None:
            try:
                self._child.send_signal(number)
            except ProcessLookupError:
                pass

    async def wait(self, seconds: float) -> int | None:
        """Waits for its end, and returns its exit status, or None when that takes longer."""
        try:
            return await asyncio.wait_for(self._child.wait(), seconds)
        except TimeoutError:
            return None

    async def stop(self, seconds: float = 15) -> int | None:
        """Asks it to end and returns its exit status. Kills it after the deadline and returns None.

        It is asked once: told again, a worker ends at once, and not with 0.
        """
        self.send(signal.SIGCONT)
        if not self.is_told_to_stop:
            self.send(signal.SIGTERM)
        status = await self.wait(seconds)
        if status is None:
            self.kill()
            await self.wait(10)
        return status

    def kill(self) -> None:
        """Kills it and all that it started."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def descriptors(self) -> int:
        """Open file descriptors; 0 when it has ended."""
        try:
            return len(os.listdir(f"/proc/{self.pid}/fd"))
        except OSError:
            return 0

    def memory(self) -> int:
        """Resident memory in MiB; 0 when it has ended."""
        try:
            status = Path(f"/proc/{self.pid}/status").read_text()
        except OSError:
            return 0
        for line in status.splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) // 1024
        return 0


async def run(
    command: list[str], environment: dict[str, str] | None = None, stdin: bytes = b"", seconds: float = 60
) -> tuple[int, bytes, bytes]:
    """Runs a program to its end. A program that takes too long is killed, and its status is -9."""
    child = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
        preexec_fn=die_with_parent,
    )
    try:
        output, errors = await asyncio.wait_for(child.communicate(stdin), seconds)
    except TimeoutError:
        child.kill()
        await child.wait()
        return -9, b"", f"{command[0]} took longer than {seconds} s".encode()
    return child.returncode or 0, output, errors
