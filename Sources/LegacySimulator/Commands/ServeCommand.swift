import ArgumentParser
import Foundation
import Logging

/// Serves the stream over HTTP until it is stopped.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serves the legacy API over HTTP until SIGTERM or SIGINT.",
        discussion: """
            GET /external/users streams the users to clients that send the header x-api-key with the value of LEGACY_API_KEY \
            (else 401). GET /healthz answers 200. LOG_LEVEL sets the log level (default info). \
            Faults depend only on the seed and on how many requests with the right key came before.
            """
    )

    @Option(help: ArgumentHelp("Address to listen on.", valueName: "address"))
    var host = "127.0.0.1"

    @Option(help: ArgumentHelp("Port to listen on; 0 takes a free one.", valueName: "port"))
    var port = 0

    @Option(help: ArgumentHelp("File that receives the port once connections are accepted.", valueName: "path"))
    var portFile: String?

    @OptionGroup(title: "Data")
    var data: DataOptions

    @OptionGroup(title: "Transport")
    var transport: TransportOptions

    @OptionGroup(title: "Faults")
    var faults: FaultOptions

    func validate() throws {
        try Check.range(port, 0...65_535, "--port")
    }

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        guard let apiKey = environment["LEGACY_API_KEY"], !apiKey.isEmpty else {
            Self.complain("LEGACY_API_KEY is not set: set it to the key that clients must send as x-api-key")
            throw ExitCode(78)  // EX_CONFIG
        }
        var logger = Logger(label: "legacy-simulator") { StreamLogHandler.standardError(label: $0) }
        if let level = environment["LOG_LEVEL"], !level.isEmpty {
            guard let parsed = Logger.Level(rawValue: level.lowercased()) else {
                Self.complain("LOG_LEVEL is not a level: use trace, debug, info, notice, warning, error or critical")
                throw ExitCode(78)
            }
            logger.logLevel = parsed
        }
        let server = SimulatorServer(
            data: data.profile, serving: transport.profile, faults: faults.profile, apiKey: apiKey, logger: logger)
        do {
            try await server.run(host: host, port: port, stopsOnSignals: true) { [host, portFile, logger] port in
                if let portFile { Self.write(port, to: portFile) }
                logger.notice("listening on http://\(host):\(port)\(SimulatorServer.path)")
            }
        } catch {
            Self.complain("cannot serve on \(host):\(port): \(error)")
            throw ExitCode.failure
        }
    }

    /// Replaces the file in one step, so that a reader never sees half a number.
    private static func write(_ port: Int, to path: String) {
        do {
            try Data("\(port)\n".utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            // Whoever started this waits for the file: going on would leave them waiting.
            complain("cannot write the port to \(path): \(error.localizedDescription)")
            Foundation.exit(EXIT_FAILURE)
        }
    }

    private static func complain(_ message: String) {
        FileHandle.standardError.write(Data("legacy-simulator: \(message)\n".utf8))
    }
}
