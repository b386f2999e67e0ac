import Foundation

/// The Python environments that hold the SQS servers and botocore, made by `scripts/setup`.
package enum PythonEnvironment {
    /// The interpreter of the environment with LocalStack and botocore: `USER_SYNC_PYTHON`, or the one in `.build-tools/venv`.
    ///
    /// - Throws: ``TestSupportError`` that says how to make the environment when it is not there.
    package static func python() throws -> String {
        try interpreter("venv", variable: "USER_SYNC_PYTHON")
    }

    /// The interpreter of the environment with moto, whose botocore is the newer one: `USER_SYNC_PYTHON`, or that in `.build-tools/venv-moto`.
    ///
    /// LocalStack pins an older botocore, which presigns some queries differently from the current one.
    /// - Throws: ``TestSupportError`` that says how to make the environment when it is not there.
    package static func currentBotocore() throws -> String {
        try interpreter("venv-moto", variable: "USER_SYNC_PYTHON")
    }

    /// The interpreter of the environment with a terminal emulator: `USER_SYNC_PYTHON`, or the one in `.build-tools/venv-terminal`.
    ///
    /// - Throws: ``TestSupportError`` that says how to make the environment when it is not there.
    package static func terminal() throws -> String {
        try interpreter("venv-terminal", variable: "USER_SYNC_PYTHON")
    }

    /// The interpreter of the environment that checks what is served over HTTP: `USER_SYNC_PYTHON`, or the one in `.build-tools/venv-web`.
    ///
    /// - Throws: ``TestSupportError`` that says how to make the environment when it is not there.
    package static func web() throws -> String {
        try interpreter("venv-web", variable: "USER_SYNC_PYTHON")
    }

    static func interpreter(_ environment: String, variable: String) throws -> String {
        let chosen = ProcessInfo.processInfo.environment[variable].flatMap { $0.isEmpty ? nil : $0 }
        let path = chosen ?? "\(packageRoot)/.build-tools/\(environment)/bin/python"
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw TestSupportError(
                "no Python environment at \(path): run scripts/setup, or set \(variable) to an interpreter")
        }
        return path
    }
}
