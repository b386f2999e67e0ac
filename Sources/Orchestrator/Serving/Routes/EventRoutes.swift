import Hummingbird
import NIOCore
import Postgres
import ServiceLifecycle
import SyncCore
import SyncStorage
import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `/events`: the newest sync once a second, as server-sent events.
struct EventRoutes: Sendable {
    let pool: PostgresPool
    let supervisor: SyncSupervisor
    private let watchers = Watchers()

    /// Streams at once; each asks the database once a second.
    static let maximumWatchers = 16
    /// A stream ends after so many events, and the client opens a new one: a dead client is not served for ever.
    private static let eventsPerStream = 900

    init(pool: PostgresPool, supervisor: SyncSupervisor) {
        self.pool = pool
        self.supervisor = supervisor
    }

    func add(to router: Router<some RequestContext>) {
        router.endpoint("/events", [.get: { request, _ in try open(request) }])
    }

    private func open(_ request: Request) throws -> Response {
        try request.allowsQuery()
        // A look at HEAD must not hold a place.
        guard request.method != .head else {
            return Response(status: .ok, headers: [.contentType: "text/event-stream"])
        }
        guard let place = watchers.enter(limit: Self.maximumWatchers) else {
            throw Problem(
                .serviceUnavailable, "\(Self.maximumWatchers) clients watch already", headers: [.retryAfter: "10"])
        }
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream"],
            body: ResponseBody { [pool, supervisor] writer in
                defer { withExtendedLifetime(place) {} }
                try await writer.write(ByteBuffer(string: "retry: 2000\n\n"))
                var watch = ProgressWatch()
                for _ in 0..<Self.eventsPerStream {
                    try await writer.write(ByteBuffer(string: try await Self.event(&watch, pool, supervisor)))
                    if Task.isShuttingDownGracefully { break }
                    try await Task.sleep(for: .seconds(1))
                }
                try await writer.finish(nil)
            })
    }

    private static func event(
        _ watch: inout ProgressWatch, _ pool: PostgresPool, _ supervisor: SyncSupervisor
    ) async throws -> String {
        do {
            let newest = try await pool.withConnection { connection in
                let reader = SyncLogReader(connection: connection)
                let newest = try await reader.sync()
                if let newest, watch.needsLast(for: newest) {
                    watch.begin(newest, last: LastSync(try await reader.lastCompleted()))
                }
                return newest
            }
            let runsHere = await supervisor.running.map { $0 == newest?.id } ?? false
            let document = watch.document(newest, now: now(), isCancellable: runsHere)
            return "event: progress\ndata: \(try SyncLogReport.encode(document))\n\n"
        } catch is PostgresError {
            return "event: unavailable\ndata: {\"detail\":\"the database cannot be reached just now\"}\n\n"
        }
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    private static func now() -> Int64 {
        Int64(Date().timeIntervalSince1970 * 1_000_000)
    }
}

/// How many streams are open.
private final class Watchers: Sendable {
    private let count = Mutex(0)

    func enter(limit: Int) -> Place? {
        let isFree = count.withLock { count in
            guard count < limit else { return false }
            count += 1
            return true
        }
        return isFree ? Place(self) : nil
    }

    /// One open stream; the place is free again when the last hold on it goes, whether or not the body was ever written.
    final class Place: Sendable {
        private let watchers: Watchers
        init(_ watchers: Watchers) { self.watchers = watchers }
        deinit { watchers.count.withLock { $0 -= 1 } }
    }
}
