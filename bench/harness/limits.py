"""The raw limits: what the machine does when only one part of the work is there."""

import os
import re
import subprocess
import sys

from . import processes
from .measurement import Run, Usage
from .micro import MICRO, build
from .source import Stream


def run_limits(stack):
    """Yields a `Run` for reading the stream into nothing, and for each parser alone on the same bytes."""
    yield curl_to_nowhere(stack)
    # simdjson and Python's json give up at the first fragment that is no JSON.
    body = stack.source.body_file(Stream(stack.options.users), junk_rate=0)
    alternatives = {
        "parser": [[build("ParserBenchmark", stack.options.micro_build), body]],
        "python-json": [[sys.executable, MICRO / "peers/python_json.py", body]],
        "simdjson": [[program, body, flags] for program, flags in simdjson(stack.folder)],
    }
    for name, commands in alternatives.items():
        if commands:
            # Of several builds of the same program the fastest counts.
            rate = max(users_per_second(command) for command in commands)
            yield Run(name, "limit", stack.options.users, stack.options.users / rate)


def users_per_second(command):
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return float(re.search(r"([\d.]+) M users/s", output)[1]) * 1e6


def curl_to_nowhere(stack):
    source, environment = stack.source.serve(Stream(stack.options.users))
    seconds, usage, _ = processes.run(
        "curl", ["curl", "-q", "-sS", "--fail", "-o", os.devnull, "-H", f"x-api-key: {environment['LEGACY_API_KEY']}",
                 environment["LEGACY_API_URL"]], environment=None, log=stack.folder / "curl.log")
    simulator = Usage(source.cpu(), source.peak())
    stack.processes.stop(source)
    return Run("curl", "limit", stack.options.users, seconds, {"curl": usage, "simulator": simulator})


def simdjson(folder):
    """Yields (program, flags) for each way to compile it: On-Demand only has the instructions its compiler is told of."""
    for flags in ("-mtune=generic", "-march=native"):
        program = folder / f"simdjson{flags}"
        built = subprocess.run(["c++", "-O3", "-std=c++17", flags, MICRO / "peers/simdjson.cpp", "-lsimdjson", "-o", program],
                               capture_output=True, text=True, check=False)
        if built.returncode:
            print(f"simdjson is left out, it does not compile (libsimdjson-dev): {built.stderr.splitlines()[:1]}", file=sys.stderr)
            return
        yield program, flags
