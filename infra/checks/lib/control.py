"""What a check tells the emulator to do: a JSON file, read anew at each question.

fail         types or logical names of resources that cannot be made or changed
exit         exit statuses of tasks, by a word of their command; 0 for all others
workers      `broken`: workers of the newest release do not start
execution    how the next syncs end: SUCCEEDED unless told
"""

import contextlib
import json
import os

FILE = os.environ.get("EMULATOR_CONTROL", "/dev/null")
_off = False


def read():
    if _off:
        return {}
    with open(FILE) as file:
        text = file.read()
    return json.loads(text) if text.strip() else {}


def report(counts):
    """What was made and what was ignored so far, by type, for the check to tell."""
    with open(f"{FILE}.report", "w") as file:
        json.dump(counts, file)


@contextlib.contextmanager
def without_failures():
    global _off
    _off = True
    try:
        yield
    finally:
        _off = False
