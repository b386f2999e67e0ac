import ArgumentParser
import Logging
import Postgres
import ServiceRuntime
import SyncCore
import SyncStorage

/// `orchestrator status`: the newest sync.
struct StatusCommand: DatabaseCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows the newest sync."
    )

    @Flag(help: "JSON instead of text: one object; with --watch one a line, whenever something changed.")
    var json = false

    @Flag(help: "Keep showing it, once a second, until it ends.")
    var watch = false

    @OptionGroup var logging: LoggingOptions

    func run(on connection: PostgresConnection, logger: Logger) async throws {
        let reader = SyncLogReader(connection: connection)
        let view = StatusView(json: json, watch: watch)
        var shown: SyncLogEntry?
        while true {
            let entry = try await reader.sync()
            let isLast = !watch || entry?.status.isFinal ?? true
            if isLast || entry != shown || view.isLive {
                var extraKeys: [String] = []
                if !json, let entry { extraKeys = try await SyncedFields.keys(of: entry, on: connection) }
                try view.show(entry, extraKeys, isLast: isLast)
            }
            // Nobody reads it any more, or the disk is full: there is nothing left to watch for.
            if !isLast { try StandardOutput.checkReader() }
            guard !isLast else { return }
            shown = entry
            try await Task.sleep(for: .seconds(1))
        }
    }
}

/// Where `status` shows what it finds: as lines redrawn in place, as one line after the other, or once.
private struct StatusView {
    let json: Bool
    let watch: Bool
    /// Whether the same lines are drawn again and again.
    var isLive: Bool { watch && !json && Console.standardOutput.traits.canRedraw }

    func show(_ entry: SyncLogEntry?, _ extraKeys: [String], isLast: Bool) throws {
        let console = Console.standardOutput
        if json {
            console.write(try SyncLogReport.json(entry) + "\n")
        } else if isLive {
            // The last column stays free; see `PinnedBlock`.
            let lines = lines(entry, extraKeys)
            if isLast { console.finish(lines) } else { console.show(lines) }
        } else if watch && !isLast {
            console.write(SyncLogReport.line(entry) + "\n")
        } else {
            console.write(lines(entry, extraKeys).map { $0 + "\n" }.joined())
        }
    }

    private func lines(_ entry: SyncLogEntry?, _ extraKeys: [String]) -> [String] {
        SyncLogReport.lines(entry, extraKeys: extraKeys, page: .standardOutput, now: SyncLogReport.now)
    }
}
