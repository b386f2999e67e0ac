"""Which modules are tried, which unit tests are theirs, and which whole-service suites touch them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Module:
    """A module of the product."""

    name: str
    # Test targets whose unit tests are run first, in a package that holds nothing else.
    unit: tuple[str, ...]
    # What is run for those that survive, as filters of `swift test`; the whole package is built then.
    suites: tuple[str, ...]
    # Folders below Sources/NAME that decide or store; all of it when empty.
    folders: tuple[str, ...] = ()

    def files(self, root: Path) -> list[Path]:
        """Its files, in an order that does not depend on the machine."""
        base = root / "Sources" / self.name
        folders = [base / each for each in self.folders if (base / each).exists()] or [base]
        return sorted(path for folder in folders for path in folder.rglob("*.swift"))


MODULES = {
    each.name: each
    for each in (
        Module("SyncCore", ("SyncCoreTests",), ("^FaultTests", "Sync.*Integration", "Delta.*Integration")),
        Module("SyncPipeline", ("SyncPipelineTests",), ("^FaultTests", "^IntegrationTests")),
        Module(
            "Worker",
            ("WorkerTests",),
            ("^FaultTests", "Worker.*Integration", "Lambda.*Integration"),
            ("Queue", "Apply", "Lambda", "Health"),
        ),
        Module("SyncStorage", ("SyncStorageTests",), ("^SyncStorageTests", "^FaultTests", "^IntegrationTests")),
        Module("SQS", ("SQSTests",), ("^SQSTests", "^FaultTests")),
        Module("Postgres", ("PostgresTests",), ("^PostgresTests", "DatabaseFault")),
        Module("CurlHTTP", ("CurlHTTPTests",), ("^CurlHTTPTests", "LegacyAPIFault")),
        Module("AWSClientSupport", ("AWSClientSupportTests",), ("^AWSClientSupportTests", "QueueFault")),
        Module("Backoff", ("BackoffTests",), ("^BackoffTests",)),
        Module("SigV4", ("SigV4Tests",), ("^SigV4Tests",)),
        Module("ServiceRuntime", ("ServiceRuntimeTests",), ("^ServiceRuntimeTests",)),
        Module("LambdaRuntime", ("LambdaRuntimeTests",), ("^LambdaRuntimeTests", "Lambda.*Integration")),
    )
}
