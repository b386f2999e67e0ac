"""Processes under measurement: started in a group of their own, watched for CPU time and peak memory, always taken down."""

import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from .measurement import Usage

TICKS = os.sysconf("SC_CLK_TCK")


def stat_fields(pid):
    """The fields of /proc/PID/stat after the name, which may hold anything; none when the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def cpu_seconds(pid):
    """What the process, and the children that it has waited for, have used so far."""
    fields = stat_fields(pid)
    return sum(map(int, fields[11:15])) / TICKS if fields else 0.0


def peak_bytes(pid):
    """The largest resident size since the process began or `forget_peak`; 0 when it is gone."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except (FileNotFoundError, ProcessLookupError):
        pass
    return 0


def index_bytes(pid):
    """The resident pages of files that have no name any more: the index of a comparison. None when it has no such file."""
    total, is_index, found = 0, False, False
    try:
        if b"(deleted)" not in Path(f"/proc/{pid}/maps").read_bytes():
            return None
        for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
            if "-" in line.split(" ", 1)[0]:
                is_index = line.endswith("(deleted)") and "/dev/zero" not in line
                found |= is_index
            elif is_index and line.startswith("Rss:"):
                total += int(line.split()[1]) * 1024
    except (FileNotFoundError, ProcessLookupError):
        return None
    return total if found else None


def resident_bytes(pid):
    """The resident size now; 0 when it is gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (FileNotFoundError, ProcessLookupError, IndexError):
        return 0


class PeakWatch:
    """The largest resident size of a process, looked at again and again. Pages of an index's file do not count.

    The kernel keeps the largest size itself, all pages together. So from the moment on when there is such a file, the size at each look
    counts, and the kernel's figure no longer does.
    """

    INTERVAL = 0.03

    def __init__(self, pid):
        self.pid = pid
        self.peak = 0
        self.next_look = 0.0
        self.has_index = False

    def look(self):
        now = time.monotonic()
        if now < self.next_look:
            return
        self.next_look = now + self.INTERVAL
        index = index_bytes(self.pid)
        self.has_index |= index is not None
        size = peak_bytes(self.pid) if not self.has_index else resident_bytes(self.pid) - (index or 0)
        self.peak = max(self.peak, size)


def forget_peak(pid):
    """Begins a new measurement of the largest resident size."""
    try:
        Path(f"/proc/{pid}/clear_refs").write_text("5")
    except (FileNotFoundError, ProcessLookupError):
        pass


def children(pid):
    """The ids of the process's direct children."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


@dataclass
class Process:
    """A long-lived process: a server or a worker."""

    name: str
    child: subprocess.Popen
    log: Path
    stop_signal: int = signal.SIGTERM

    @property
    def pid(self):
        return self.child.pid

    def check(self):
        if self.child.poll() is not None:
            raise SystemExit(f"{self.name} ended with status {self.child.returncode}; the end of {self.log}:\n{self.tail()}")

    def tail(self):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])

    def cpu(self):
        """CPU seconds so far, with those of its children, ended or not."""
        return cpu_seconds(self.pid) + sum(cpu_seconds(child) for child in children(self.pid))

    def peak(self):
        return peak_bytes(self.pid)

    def stop(self, seconds=20):
        if self.child.poll() is None:
            self.child.send_signal(self.stop_signal)
            try:
                self.child.wait(seconds)
            except subprocess.TimeoutExpired:
                pass
        # What is left of its group outlives its leader otherwise.
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.child.wait()


@dataclass
class Processes:
    """All that were started; stopped in the reverse order."""

    folder: Path
    running: list = field(default_factory=list)

    def start(self, name, command, *, environment=None, stop_signal=signal.SIGTERM, on_line=None):
        """Starts a process. `on_line` is called with each line of its output, beside what goes to the log."""
        log = self.folder / f"{name}.log"
        with log.open("ab") as output:
            child = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *map(str, command)], stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if on_line else output, stderr=subprocess.STDOUT, env=environment,
                start_new_session=True)
        process = Process(name, child, log, stop_signal)
        self.running.append(process)
        if on_line:
            threading.Thread(target=self._follow, args=(process, on_line), daemon=True).start()
        return process

    @staticmethod
    def _follow(process, on_line):
        with process.log.open("ab") as log:
            for line in process.child.stdout:
                on_line(line)
                log.write(line)
                log.flush()

    def stop(self, process):
        process.stop()
        self.running.remove(process)

    def stop_all(self):
        for process in reversed(self.running):
            process.stop()
        self.running.clear()


def run(name, command, *, environment, log, limit=1800):
    """Runs a command to its end.

    Returns its seconds, its usage, and the moment it ended. Its children count as soon as it has waited for them.
    """
    began = time.monotonic()
    with log.open("ab") as output:
        child = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *map(str, command)], stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT, env=environment, start_new_session=True)
    # Not the kernel's ru_maxrss: that one also counts what this program was before it became the command.
    watch = PeakWatch(child.pid)
    while True:
        pid, status, usage = os.wait4(child.pid, os.WNOHANG)
        if pid:
            break
        watch.look()
        if time.monotonic() - began > limit:
            os.killpg(child.pid, signal.SIGKILL)
        time.sleep(0.01)
    ended, seconds = time.time(), time.monotonic() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
        raise SystemExit(f"{name} ended with status {child.returncode}; the end of {log}:\n{tail}")
    return seconds, Usage(usage.ru_utime + usage.ru_stime, watch.peak), ended


def wait_until(seconds, what, condition):
    """Looks until the condition holds, and gives up after so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"not within {seconds} s: {what}")
        time.sleep(0.05)
