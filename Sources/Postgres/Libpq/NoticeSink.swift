import CLibpq
import Logging
import Synchronization

/// Takes the server's notices from libpq's callback to the logger.
final class NoticeSink: Sendable {
    private let logger: Logger
    private let fatal = Atomic<Bool>(false)

    init(logger: Logger) { self.logger = logger }

    /// Whether the server has said goodbye while the connection was idle: libpq takes a fatal error for a notice then.
    var hasSeenFatal: Bool { fatal.load(ordering: .relaxed) }

    /// Lets `connection` report its notices here. The sink must outlive the connection.
    func attach(to connection: OpaquePointer) {
        _ = PQsetNoticeReceiver(
            connection,
            { context, result in
                guard let context, let result else { return }
                Unmanaged<NoticeSink>.fromOpaque(context).takeUnretainedValue().receive(result)
            },
            Unmanaged.passUnretained(self).toOpaque())
    }

    private func receive(_ result: OpaquePointer) {
        let severity = LibpqResult.field(result, LIBPQ_FIELD_SEVERITY) ?? "NOTICE"
        if SQLState.isFatal(severity: severity) { fatal.store(true, ordering: .relaxed) }
        guard let message = LibpqResult.raisedText(result) ?? LibpqResult.field(result, LIBPQ_FIELD_MESSAGE_PRIMARY)
        else { return }
        var metadata: Logger.Metadata = ["severity": "\(severity)"]
        if let sqlState = LibpqResult.field(result, LIBPQ_FIELD_SQLSTATE) { metadata["sqlstate"] = "\(sqlState)" }
        logger.log(level: Self.level(severity), "PostgreSQL: \(message)", metadata: metadata)
    }

    /// Notices such as "relation already exists, skipping" are routine; warnings are not.
    static func level(_ severity: String) -> Logger.Level {
        switch severity {
        case "WARNING": .warning
        case "INFO", "NOTICE": .info
        default: .debug
        }
    }
}
