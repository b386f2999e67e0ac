package import ArgumentParser
import Postgres
import SyncCore

/// Runs the work of a command and turns what it throws into one clear line and the right exit status.
package enum CommandFailure {
    /// - Throws: ArgumentParser's `ExitCode`, after the error was written to standard error.
    package static func reporting<Result>(_ work: () async throws -> Result) async throws -> Result {
        do {
            return try await work()
        } catch let exit as ExitCode {
            throw exit
        } catch let error as OutputError where error.isBrokenPipe {
            // Somebody who closes a pipe has seen enough, and wants no message.
            throw ExitCode(ExitStatus.failure)
        } catch let error as ConfigurationError {
            write("\(error)")
            throw ExitCode(ExitStatus.configuration)
        } catch let error as ExtraFieldsError {
            // The setting and the database disagree: found only once connected, and nothing was touched.
            write("configuration: \(error)")
            throw ExitCode(ExitStatus.configuration)
        } catch let error as PostgresError where error.code == .transactionPooling {
            // Found only once connected, and a setting all the same: nothing was touched.
            write("DATABASE_URL cannot be used: \(error)")
            throw ExitCode(ExitStatus.configuration)
        } catch {
            write("error: \(error)")
            throw ExitCode(ExitStatus.failure)
        }
    }

    /// What was shown live goes first: it would be mistaken for the state of things. An error may quote a server's words.
    private static func write(_ line: String) {
        Console.standardError.finish([PrintableText.line(line)])
    }
}

extension ExitCode {
    package init(_ status: ExitStatus) {
        self.init(status.rawValue)
    }
}
