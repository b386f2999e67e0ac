"""Puts the figures of a file of results into the documents, between marks; or says which document does not hold what the file gives.

A block begins with the line `<!-- figures: NAME from FILE -->` and ends with `<!-- end of figures -->`. What stands between is not edited by
hand.
"""

import argparse
import re
import sys
from pathlib import Path

from . import goals, report
from .blocks import BLOCKS
from .results import Results

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ("README.md", "docs/performance.md")
END = "<!-- end of figures -->"
BLOCK = re.compile(r"^<!-- figures: (\S+) from (\S+) -->\n(.*?)^" + re.escape(END) + "$", re.MULTILINE | re.DOTALL)
MARK = re.compile(r"^<!-- (figures|end of figures)", re.MULTILINE)


class WrongDocument(Exception):
    """A document's marks are not what this program can read."""


def rewritten(text, read):
    """The document with each block as its file gives it. `read` returns the results of the file that a block names."""
    def block(match):
        name, file, _ = match.groups()
        if name not in BLOCKS:
            raise WrongDocument(f"the block '{name}' is unknown: use one of {', '.join(BLOCKS)}")
        lines = "\n".join(BLOCKS[name](read(file)))
        return f"<!-- figures: {name} from {file} -->\n{lines}\n{END}"

    found = len(BLOCK.findall(text))
    if len(MARK.findall(text)) != 2 * found:
        raise WrongDocument(f"a block of figures has no beginning or no end: it is '<!-- figures: NAME from FILE -->' … '{END}'")
    return BLOCK.sub(block, text)


def blocks_that_differ(text, wanted):
    """The names of the blocks that are not as they should be."""
    return [have[0] for have, want in zip(BLOCK.findall(text), BLOCK.findall(wanted)) if have != want]


class Reader:
    """Reads each file of results once. One that does not exist yet has no results."""

    def __init__(self, root):
        self.root, self.files = root, {}

    def __call__(self, name):
        if name not in self.files:
            path = self.root / name
            self.files[name] = Results.load(path) if path.exists() else Results()
        return self.files[name]


def check_or_write(root, documents, *, check):
    """The problems; without `check` there are none, and the documents hold the figures."""
    read, problems = Reader(root), []
    for document in documents:
        path = root / document
        text = path.read_text()
        wanted = rewritten(text, read)
        if wanted == text:
            continue
        if check:
            names = ", ".join(blocks_that_differ(text, wanted))
            problems.append(f"{document}: the figures of {names} are not those of the file they name: run scripts/figures")
        else:
            path.write_text(wanted)
            print(f"{document}: written", file=sys.stderr)
    return problems


def main():
    parser = argparse.ArgumentParser(prog="scripts/figures", description=__doc__.partition("\n\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 when a document holds other figures")
    parser.add_argument("--goals", metavar="FILE", help="say which goals the results in this file hold; exit with 1 when one fails")
    chosen = parser.parse_args()
    try:
        if chosen.goals:
            return 0 if report.print_goals(Results.load(chosen.goals)) else 1
        problems = check_or_write(ROOT, DOCUMENTS, check=chosen.check)
    except (WrongDocument, ValueError) as error:
        problems = [str(error)]
    for problem in problems:
        print(f"scripts/figures: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
