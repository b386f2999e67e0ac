import NIOCore
import Postgres
import SyncCore
import SyncPipeline
import SyncStorage

/// Looks at the newest sync and writes down what it sees as a server-sent event.
struct ProgressLook: Sendable {
    let pool: PostgresPool
    let supervisor: SyncSupervisor

    /// A look that takes longer has failed; what it asked for is cancelled at the server.
    static let deadline = Duration.seconds(5)

    func event(_ watch: inout ProgressWatch) async -> EventFeed.Event {
        do {
            let needed = watch
            let (newest, last) = try await DeadlineError.after(Self.deadline) { [pool] in
                try await pool.withConnection { connection in
                    let reader = SyncLogReader(connection: connection)
                    let newest = try await reader.sync()
                    guard let newest, needed.needsLast(for: newest) else { return (newest, LastSync?.none) }
                    return (newest, LastSync(try await reader.lastCompleted()))
                }
            }
            if let newest, watch.needsLast(for: newest) { watch.begin(newest, last: last) }
            let runsHere = await supervisor.running.map { $0 == newest?.id } ?? false
            let document = watch.document(newest, now: SyncLogReport.now, isCancellable: runsHere)
            return EventFeed.Event(
                bytes: ByteBuffer(string: "event: progress\ndata: \(try SyncLogReport.encode(document))\n\n"),
                isAvailable: true)
        } catch {
            return Self.unavailable
        }
    }

    private static let unavailable = EventFeed.Event(
        bytes: ByteBuffer(
            string: "event: unavailable\ndata: {\"detail\":\"the newest sync cannot be read just now\"}\n\n"),
        isAvailable: false)
}
