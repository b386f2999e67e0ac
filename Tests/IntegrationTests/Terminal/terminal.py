"""Runs a program in a real pseudo-terminal and tells what a person in front of it would have seen.

Usage: terminal.py COLUMNS ROWS STEPS PROGRAM [ARGUMENT...]

STEPS is a JSON array, done in order: {"expect": REGEX} waits until the screen shows it, {"snapshot": NAME} keeps the screen,
{"resize": [COLUMNS, ROWS]}, {"type": TEXT}, {"end": true} waits for the program's end. Prints a JSON object: "snapshots" (lines of
each), "screen" (the last), "history" (lines that scrolled away), "raw" (all that the program wrote), "status" (128 + n for signal n).
Each waiting ends after 60 seconds, with exit status 3 and what was seen by then.
"""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

import pyte

WAIT_SECONDS = 60


class Terminal:
    def __init__(self, columns: int, rows: int, program: list[str]) -> None:
        self.screen = pyte.HistoryScreen(columns, rows, history=1000)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.closed = False
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            # The window has its size before the program looks at it.
            self.set_size(sys.stdout.fileno(), columns, rows)
            os.execvpe(program[0], program, os.environ)

    @staticmethod
    def set_size(descriptor: int, columns: int, rows: int) -> None:
        fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, columns: int, rows: int) -> None:
        self.set_size(self.descriptor, columns, rows)
        self.screen.resize(rows, columns)

    def lines(self) -> list[str]:
        lines = [line.rstrip() for line in self.screen.display]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    def history(self) -> list[str]:
        return ["".join(row[x].data for x in range(self.screen.columns)).rstrip() for row in self.screen.history.top]

    def read(self, seconds: float) -> None:
        """Takes what the program writes within the time; returns early when it wrote something."""
        if self.closed:
            time.sleep(seconds)
            return
        if not select.select([self.descriptor], [], [], seconds)[0]:
            return
        try:
            data = os.read(self.descriptor, 65536)
        except OSError:  # EIO: the other side is closed.
            data = b""
        if not data:
            self.closed = True
        self.raw += data
        self.stream.feed(data)

    def until(self, what: str, reached) -> None:
        deadline = time.monotonic() + WAIT_SECONDS
        while not reached():
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited in vain for {what}")
            self.read(0.05)

    def end(self) -> int:
        status: list[int] = []

        def ended() -> bool:
            pid, code = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                status.append(os.waitstatus_to_exitcode(code))
            return bool(pid)

        self.until("the program's end", ended)
        self.until("the rest of its output", lambda: self.closed)
        return status[0] if status[0] >= 0 else 128 - status[0]


def main() -> int:
    columns, rows, steps, program = int(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3]), sys.argv[4:]
    terminal = Terminal(columns, rows, program)
    snapshots: dict[str, list[str]] = {}
    status = None
    problem = None
    try:
        for step in steps:
            if "expect" in step:
                pattern = re.compile(step["expect"])
                terminal.until(step["expect"], lambda: pattern.search("\n".join(terminal.lines())))
            elif "snapshot" in step:
                snapshots[step["snapshot"]] = terminal.lines()
            elif "resize" in step:
                terminal.resize(*step["resize"])
            elif "type" in step:
                os.write(terminal.descriptor, step["type"].encode())
            elif "end" in step:
                status = terminal.end()
    except TimeoutError as error:
        problem = str(error)
    finally:
        if status is None:
            os.kill(terminal.pid, signal.SIGKILL)
    result = {
        "snapshots": snapshots,
        "screen": terminal.lines(),
        "history": terminal.history(),
        "raw": terminal.raw.decode(errors="replace"),
        "status": status,
    }
    json.dump(result, sys.stdout)
    if problem:
        print(f"{problem}; the screen was:\n" + "\n".join(terminal.lines()), file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
