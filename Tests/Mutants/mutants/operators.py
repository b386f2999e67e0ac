"""The changes that are tried: each turns one line into another that compiles, as a rule, and means something else."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """One line of one file, changed."""

    module: str
    path: str  # from the root of the checkout
    line: int  # counted from 1
    operator: str
    before: str
    after: str  # empty lines stand for removed ones; a swap holds two lines

    @property
    def key(self) -> str:
        """A name that stays the same while the line does, wherever it moves to."""
        text = "\0".join([self.path, self.operator, self.before, self.after])
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def text(self) -> str:
        """One line for a person."""
        return f"{self.path}:{self.line}: {self.operator}: {self.before.strip()!r} -> {self.after.strip()!r}"


# What is replaced, with what, and by which kind of change. Blanks around comparisons keep generics and arrows out.
SWIFT: list[tuple[str, str, str]] = [
    ("comparison", r" == ", " != "),
    ("comparison", r" != ", " == "),
    ("boundary", r" < ", " <= "),
    ("boundary", r" <= ", " < "),
    ("boundary", r" > ", " >= "),
    ("boundary", r" >= ", " > "),
    ("boundary", r"\.\.<", "..."),
    ("boundary", r" \+ 1\b", ""),
    ("boundary", r" - 1\b", ""),
    ("arithmetic", r" \+ ", " - "),
    ("arithmetic", r" - ", " + "),
    ("negation", r" && ", " || "),
    ("negation", r" \|\| ", " && "),
    ("negation", r"(?<=[ (])!(?=[a-z])", ""),
    ("negation", r"\b(if|while|guard) (?!let\b|var\b|case\b|!)([a-zA-Z_.]+)(?= (?:\{|else))", r"\1 !\2"),
    ("constant", r"\btrue\b", "false"),
    ("constant", r"\bfalse\b", "true"),
    ("constant", r"(?<![\w.#])([1-9]\d*)(?![\w.])", "+1"),
    ("constant", r"\?\? 0\b", "?? 1"),
]
SQL: list[tuple[str, str, str]] = [
    ("comparison", r"\b(WHERE|AND|ON) ([\w.]+) = ", r"\1 \2 <> "),
    ("comparison", r" <> ", " = "),
    ("boundary", r" < ", " <= "),
    ("boundary", r" > ", " >= "),
    ("boundary", r" >= ", " > "),
    ("boundary", r" <= ", " < "),
    ("negation", r"\bAND\b", "OR"),
    ("negation", r"\bIS NULL\b", "IS NOT NULL"),
    ("negation", r"\bIS NOT NULL\b", "IS NULL"),
    ("negation", r"\bNOT EXISTS\b", "EXISTS"),
    ("constant", r"\btrue\b", "false"),
    ("constant", r"\bfalse\b", "true"),
]
# A whole statement on one line that declares nothing.
STATEMENT = re.compile(r"^\s+(?:try )?(?:await )?[a-z][\w.]*(?:\([^{}]*\)|\[[^\]]*\])?(?:\.\w+\([^{}]*\))*(?: [-+*|]?= .+)?$")
# Nothing that a test should notice: what is logged, what is imported, what cannot happen.
SKIPPED = re.compile(
    r"^\s*(//|import |internal import |package import |@|#|case |logger\.|log\.|precondition|assert|fatalError|\}|metadata)|logger\.|help:"
)


def mutants(module: str, path: str, source: str) -> Iterator[Mutant]:
    """All mutants of a file."""
    lines = source.split("\n")
    in_text = False
    for index, line in enumerate(lines):
        quotes = line.count('"""')
        if in_text or not (quotes or SKIPPED.search(line)):
            for operator, after in _changes(line, SQL if in_text else SWIFT, in_text):
                yield Mutant(module, path, index + 1, operator, line, after)
            if not in_text:
                yield from _statements(module, path, lines, index)
        if quotes % 2:
            in_text = not in_text


def _changes(line: str, rules: list[tuple[str, str, str]], in_text: bool) -> Iterator[tuple[str, str]]:
    code = line if in_text else _without_texts(line)
    for operator, pattern, replacement in rules:
        for match in re.finditer(pattern, code):
            new = str(int(match.group(1)) + 1) if replacement == "+1" else match.expand(replacement)
            yield operator, line[: match.start()] + new + line[match.end() :]


def _without_texts(line: str) -> str:
    """The line with its string literals and its comment blanked out, at the same length."""
    blanked = re.sub(r'"(?:[^"\\]|\\.)*"', lambda match: '"' + " " * (len(match.group()) - 2) + '"', line)
    comment = blanked.find("//")
    return blanked if comment < 0 else blanked[:comment] + " " * (len(blanked) - comment)


def _statements(module: str, path: str, lines: list[str], index: int) -> Iterator[Mutant]:
    line = lines[index]
    if not _is_statement(lines, index):
        return
    yield Mutant(module, path, index + 1, "removed", line, "")
    following = lines[index + 1] if index + 1 < len(lines) else ""
    # Two assignments may stand in any order.
    if "(" in line + following and _is_statement(lines, index + 1) and _indent(line) == _indent(following):
        yield Mutant(module, path, index + 1, "swapped", f"{line}\n{following}", f"{following}\n{line}")


def _is_statement(lines: list[str], index: int) -> bool:
    """Whether a line is a whole statement: the lines around it do not continue it."""
    if index >= len(lines) or SKIPPED.search(lines[index]) or not STATEMENT.match(lines[index]):
        return False
    # A word alone is a result, and an initializer must set what it has.
    if not re.search(r"\(| [-+*|]?= ", lines[index]) or lines[index].strip().startswith("self."):
        return False
    before = next((each for each in reversed(lines[:index]) if each.strip()), "")
    after = lines[index + 1] if index + 1 < len(lines) else ""
    is_inside = _indent(before) < _indent(lines[index]) and not before.rstrip().endswith(("{", ":", "in"))
    return not is_inside and not after.strip().startswith((".", "??", "||", "&&")) and not before.rstrip().endswith((",", "(", "="))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def applied(mutant: Mutant, source: str) -> str:
    """The file with the mutant in it."""
    lines = source.split("\n")
    height = mutant.before.count("\n") + 1
    if "\n".join(lines[mutant.line - 1 : mutant.line - 1 + height]) != mutant.before:
        raise ValueError(f"the file has changed: {mutant.text()}")
    lines[mutant.line - 1 : mutant.line - 1 + height] = mutant.after.split("\n")
    return "\n".join(lines)
