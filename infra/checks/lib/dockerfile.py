"""Prints the instructions that lead to one stage of a Dockerfile, a line each: the instruction, a tab, its text.

Usage: dockerfile.py DOCKERFILE STAGE. The instructions of the stages it is built from come first. A RUN is one line of shell.
"""

import re
import sys


def instructions(text):
    """(instruction, text) in the order of the file, without comments, continued lines joined."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    for line in joined.splitlines():
        instruction, _, rest = line.strip().partition(" ")
        yield instruction.upper(), rest.strip()


def stages(text):
    found, current = {}, None
    for instruction, rest in instructions(text):
        if instruction == "FROM":
            base, name = re.fullmatch(r"(\S+) AS (\S+)", rest).groups()
            current = found[name] = [*found.get(base, [("FROM", base)])]
        elif current is not None:
            current.append((instruction, rest))
    return found


if __name__ == "__main__":
    _, path, stage = sys.argv
    with open(path) as file:
        for instruction, rest in stages(file.read())[stage]:
            print(instruction, rest, sep="\t")
