"""The legacy API's key in Secrets Manager: made, changed, or brought back from its deletion."""

from __future__ import annotations

import os
import pathlib
import sys
import tempfile

from aws import Aws, Problem, step


class LegacyKey:
    def __init__(self, aws: Aws, stack: str):
        self.aws, self.name = aws, f"{stack}/legacy-api-key"

    def describe(self) -> dict | None:
        return self.aws.maybe(("ResourceNotFoundException",), "secretsmanager", "describe-secret", "--secret-id", self.name)

    def settle(self, source: str | None) -> str:
        """Sees to it that the secret exists, with the key from a file (`-` is standard input) when one is given. Gives its ARN."""
        key = read_key(source) if source else None
        found = self.describe()
        if found and found.get("DeletedDate"):
            step(f"the secret {self.name} was to be deleted; it is brought back")
            self.aws("secretsmanager", "restore-secret", "--secret-id", self.name)
        if not found and key is None:
            raise Problem("the legacy API's key is not in Secrets Manager yet. Give it once: --key FILE, or --key - to read it from standard input.")
        if key is None:
            return found["ARN"]
        with tempfile.TemporaryDirectory() as folder:
            # In a file that only we can read: an argument could be read by everyone on this machine.
            file = pathlib.Path(folder) / "key"
            file.touch(mode=0o600)
            file.write_text(key)
            if found:
                step(f"writing the key into the secret {self.name}")
                self.aws("secretsmanager", "put-secret-value", "--secret-id", self.name, "--secret-string", f"file://{file}")
                return found["ARN"]
            step(f"making the secret {self.name}")
            return self.aws("secretsmanager", "create-secret", "--name", self.name, "--secret-string", f"file://{file}")["ARN"]

    def delete(self) -> bool:
        """Has it deleted in seven days; until then infra/deploy brings it back. False when there is none."""
        found = self.describe()
        if not found or found.get("DeletedDate"):
            return False
        self.aws("secretsmanager", "delete-secret", "--secret-id", self.name, "--recovery-window-in-days", "7")
        return True


def read_key(source: str) -> str:
    """The key, without the newline that editors and `echo` put after it."""
    if source == "-":
        text = sys.stdin.read()
    elif os.path.exists(source):
        text = pathlib.Path(source).read_text()
    else:
        raise Problem(f"--key names a file, and there is no {source}")
    key = text.rstrip("\r\n")
    if not key or "\n" in key or key != key.strip():
        raise Problem("the key must be one line that is not empty, without space before or after it")
    return key
