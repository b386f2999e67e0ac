import Postgres
import SyncCore
import SyncStorage

/// A failure for which the message at work is not to blame: no other would fare better.
struct WorldFault: Sendable, Equatable {
    let dependency: OutageState.Dependency
    /// What happened and what to do, without data of users.
    let reason: String
    /// Nothing that a batch holds can cause it. See `BatchTrial`.
    let isBeyondBatch: Bool
}

extension WorldFault {
    /// - Returns: nil when the failure is about the batch, or is an end that this process brought about itself.
    init?(_ error: any Error) {
        switch error {
        case let error as PostgresError:
            guard error.scope == .world, !error.isOurOwnDoing else { return nil }
            self.init(dependency: .database, reason: "\(error)", isBeyondBatch: error.isBeyondBatch)
        case let error as SchemaError:
            self.init(dependency: .database, reason: "\(error)", isBeyondBatch: true)
        default: return nil
        }
    }
}

extension PostgresError {
    /// Whether this process ended the work itself: it is cancelled or stops.
    var isOurOwnDoing: Bool { code == .cancelled || code == .poolClosed }

    /// Whether nothing that a statement holds can be the cause.
    fileprivate var isBeyondBatch: Bool {
        switch code {
        // No statement was sent.
        case .connectFailed, .connectTimedOut, .passwordUnavailable, .poolTimedOut, .outOfResources,
            .invalidConfiguration:
            true
        default: sqlState.map(Self.statesBeyondBatch.contains) ?? false
        }
    }

    /// Read-only server or standby; login refused; database missing; disk full; too many connections; sessions ended by an operator,
    /// by the crash of another session, or by a start or stop of the server. What a missing table or right is called depends on the
    /// statement, and the probe meets it too.
    private static let statesBeyondBatch: Set<String> = [
        "25006", "28000", "28P01", "3D000", "53100", "53300", "57P01", "57P02", "57P03", "57P04",
    ]
}
