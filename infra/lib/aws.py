"""Calls the AWS CLI, version 1 or 2, and reads its JSON."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time


class Problem(Exception):
    """What happened, and what to do: the text is for the person who typed the command."""


class AwsError(Problem):
    def __init__(self, code: str, message: str, command: str):
        super().__init__(f"AWS refused `{command}`: {message}")
        self.code, self.message = code, message


class Aws:
    """The CLI in one region. Each call is one command, tried again by the CLI itself when AWS is slow or throttles."""

    def __init__(self, region: str):
        self.region = region
        self.environment = os.environ | {
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_PAGER": "",
            "AWS_RETRY_MODE": "standard",
            "AWS_MAX_ATTEMPTS": "8",
        }

    def __call__(self, service: str, operation: str, *arguments: str):
        """Runs one command and gives its answer: parsed JSON, or None where there is none."""
        command = ["aws", service, operation, *arguments, "--output", "json"]
        done = subprocess.run(command, capture_output=True, text=True, env=self.environment, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            text = " ".join(done.stderr.split())
            match = re.search(r"An error occurred \((\w+)\)[^:]*: (.*)", text)
            code, message = (match[1], match[2]) if match else ("", text or f"exit status {done.returncode}")
            raise AwsError(code, message, f"aws {service} {operation}")
        return json.loads(done.stdout) if done.stdout.strip() else None

    def text(self, service: str, operation: str, *arguments: str) -> str:
        """The same for a command that prints a text."""
        done = subprocess.run(["aws", service, operation, *arguments], capture_output=True, text=True, env=self.environment, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise AwsError("", " ".join(done.stderr.split()), f"aws {service} {operation}")
        return done.stdout.strip()

    def maybe(self, codes: tuple, service: str, operation: str, *arguments: str):
        """The same, with None in place of an error whose code, or words, are expected."""
        try:
            return self(service, operation, *arguments)
        except AwsError as error:
            if any(code == error.code or code in error.message for code in codes):
                return None
            raise

    def identity(self) -> dict:
        if shutil.which("aws") is None:
            raise Problem("there is no AWS CLI in PATH: install it from https://aws.amazon.com/cli/, or `pip install awscli`")
        try:
            return self("sts", "get-caller-identity")
        except AwsError as error:
            raise Problem(f"{error}\nGive the AWS CLI credentials of the account: AWS_PROFILE=…, `aws configure`, or `aws sso login`.") from None


def say(text: str = "") -> None:
    print(text, flush=True)


def step(text: str) -> None:
    print(f"==> {text}", file=sys.stderr, flush=True)


def pause() -> float:
    """Seconds between two looks at something that changes; shorter in tests."""
    return float(os.environ.get("INFRA_POLL_SECONDS", "10"))


def wait(what: str, seconds: float, done):
    """Looks until done() gives something that is not None, and gives that. Says every minute that it still waits."""
    began = told = time.monotonic()
    while True:
        answer = done()
        if answer is not None:
            return answer
        now = time.monotonic()
        if now - began > seconds:
            raise Problem(f"not within {seconds / 60:.0f} minutes: {what}")
        if now - told > 60:
            told = now
            print(f"    still waiting: {what}", file=sys.stderr, flush=True)
        time.sleep(pause())


def ask(question: str, word: str) -> None:
    """Asks for a word, and ends when it does not come."""
    if not sys.stdin.isatty():
        raise Problem(f"{question} There is no terminal to answer at; see --help for the option that answers.")
    if input(f"{question} Type {word} to go on: ").strip() != word:
        raise Problem("stopped: nothing was changed")


def run(main) -> None:
    """Runs a program's main; what went wrong is one text, and exit status 1."""
    try:
        sys.exit(main())
    except Problem as problem:
        print(f"{os.path.basename(sys.argv[0])}: {problem}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("\nstopped; run it again to go on", file=sys.stderr)
        sys.exit(130)
