package import ArgumentParser

/// Runs the work of a command and turns what it throws into one clear line and the right exit status.
package enum CommandFailure {
    /// - Throws: ArgumentParser's `ExitCode`, after the error was written to standard error.
    package static func reporting<Result>(_ work: () async throws -> Result) async throws -> Result {
        do {
            return try await work()
        } catch let exit as ExitCode {
            throw exit
        } catch let error as ConfigurationError {
            FileHandleOutput.standardError.write("\(error)\n")
            throw ExitCode(ExitStatus.configuration)
        } catch {
            FileHandleOutput.standardError.write("error: \(error)\n")
            throw ExitCode(ExitStatus.failure)
        }
    }
}

extension ExitCode {
    package init(_ status: ExitStatus) {
        self.init(status.rawValue)
    }
}
