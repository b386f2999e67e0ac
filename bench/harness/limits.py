"""The raw limits: what the machine does when only one part of the work is there."""

import os
import re
import subprocess
import sys
from pathlib import Path

from . import processes
from .measurement import Run
from .stack import ROOT

MICRO = ROOT / "bench/Micro"


def run_limits(stack):
    """Yields a `Run` for reading the stream into nothing, and for each parser alone on the same bytes."""
    yield curl_to_nowhere(stack)
    body = clean_body(stack)
    alternatives = {
        "parser": [[swift_benchmark("ParserBenchmark"), body]],
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


def signing_ratio():
    """The cost of signing a request of 128 KB, its hash included, over the cost of the hash alone."""
    output = subprocess.run([swift_benchmark("SigningBenchmark")], check=True, capture_output=True, text=True).stdout
    return float(re.search(r"ratio ([\d.]+)", output)[1])


def curl_to_nowhere(stack):
    source, environment = stack.source.serve(0)
    seconds, usage, _ = processes.run(
        "curl", ["curl", "-q", "-sS", "--fail", "-o", os.devnull, "-H", f"x-api-key: {environment['LEGACY_API_KEY']}",
                 environment["LEGACY_API_URL"]], environment=None, log=stack.folder / "curl.log")
    simulator = processes.Usage(source.cpu(), source.peak())
    stack.processes.stop(source)
    return Run("curl", "limit", stack.options.users, seconds, {"curl": usage, "simulator": simulator})


def clean_body(stack):
    """The stream without fragments that are no JSON: simdjson and Python's json give up at the first one."""
    file = stack.folder / "clean.json"
    with file.open("wb") as output:
        subprocess.run([stack.executables / "legacy-simulator", "body", *map(str, stack.source.data_options(0)),
                        "--junk-rate", "0"], check=True, stdout=output)
    return file


def swift_benchmark(product):
    """Builds a micro-benchmark in release mode, and returns its path."""
    command = ["swift", "build", "-c", "release", "--package-path", MICRO]
    subprocess.run([*command, "--product", product], check=True, stdout=sys.stderr)
    folder = subprocess.run([*command, "--show-bin-path"], check=True, capture_output=True, text=True).stdout.strip()
    return Path(folder) / product


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
