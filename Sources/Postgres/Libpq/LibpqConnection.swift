import CLibpq
import Glibc

/// Owns one `PGconn`, closes it, and turns libpq's return codes into Swift values.
///
/// `@unchecked Sendable`: libpq allows any thread to use a connection as long as one does at a time. The value cannot be
/// copied, so it has one owner at a time: first the thread that connects, then the session's actor.
struct LibpqConnection: ~Copyable, @unchecked Sendable {
    /// Nil once closed; every libpq function takes a null connection for a broken one.
    private var pointer: OpaquePointer?
    /// libpq holds an unowned reference to it.
    private let notices: NoticeSink

    /// Whether the startup message held the settings of the session.
    let hasStartupSettings: Bool

    /// Begins to connect. Nil when out of memory.
    init?(starting parameters: ConnectionParameters, hasStartupSettings: Bool, notices: NoticeSink) {
        self.notices = notices
        self.hasStartupSettings = hasStartupSettings
        pointer = CStringPairs(parameters.pairs).withPointers { PQconnectStartParams($0, $1, 0) }
        guard let pointer else { return nil }
        notices.attach(to: pointer)
        // While connecting, the SQLSTATE is found in the verbose message alone.
        _ = PQsetErrorVerbosity(pointer, PQERRORS_VERBOSE)
    }

    deinit { PQfinish(pointer) }

    /// Says goodbye to the server and closes the socket, which nothing may be waiting for any more.
    mutating func close() {
        PQfinish(pointer)
        pointer = nil
    }

    // MARK: Connecting

    /// Takes the next step.
    func pollConnect() -> PostgresPollingStatusType { PQconnectPoll(pointer) }

    /// Makes every later call return instead of waiting for the socket.
    func becomeNonBlocking() -> Bool {
        _ = PQsetErrorVerbosity(pointer, PQERRORS_DEFAULT)
        return PQsetnonblocking(pointer, 1) == 0
    }

    func makeCancel() -> LibpqCancel? { LibpqCancel(connection: pointer) }

    // MARK: State

    var isBad: Bool { PQstatus(pointer) == CONNECTION_BAD }
    var socket: Int32 { PQsocket(pointer) }
    var errorMessage: String { PQerrorMessage(pointer).map { String(cString: $0) } ?? "" }
    var transactionStatus: PGTransactionStatusType { PQtransactionStatus(pointer) }
    var serverProcessID: Int32 { PQbackendPID(pointer) }
    /// As in `server_version_num`: 150018 is 15.18.
    var serverVersion: Int32 { PQserverVersion(pointer) }

    /// The last value that the server reported of one of the settings that it reports by itself.
    func reportedSetting(_ name: String) -> String? {
        PQparameterStatus(pointer, name).map { String(cString: $0) }
    }

    /// Those of `names` that the server reports, with their values.
    func reportedSettings(_ names: some Sequence<String>) -> [String: String] {
        var found: [String: String] = [:]
        for name in names { found[name] = reportedSetting(name) }
        return found
    }

    /// Whether an idle connection can be used again, found out without a round trip.
    ///
    /// A server that goes away says so, or at least closes its end: then there is something to read, and after that the
    /// end of the stream. Settings that a server reports by itself are read here as well.
    func isHealthyWhenIdle() -> Bool {
        // Two reads see a goodbye and the end after it; more would be a server that does not stop talking.
        for _ in 0..<16 {
            guard consumeInput(), !isBusy, !isBad, !notices.hasSeenFatal else { return false }
            guard hasInput else { return transactionStatus == PQTRANS_IDLE }
        }
        return false
    }

    private var hasInput: Bool {
        var descriptor = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return poll(&descriptor, 1, 0) > 0
    }

    // MARK: Bytes

    enum FlushOutcome { case done, blocked, failed }

    func flush() -> FlushOutcome {
        switch PQflush(pointer) {
        case 0: .done
        case 1: .blocked
        default: .failed
        }
    }

    /// Reads what the socket has. False when the connection is lost.
    func consumeInput() -> Bool { PQconsumeInput(pointer) == 1 }

    /// Whether `nextResult` would block.
    var isBusy: Bool { PQisBusy(pointer) == 1 }

    func nextResult() -> LibpqResult? { PQgetResult(pointer).map(LibpqResult.init) }

    // MARK: Statements

    /// Format code that asks for results in binary.
    private static let binary: Int32 = 1

    /// Sends one or more statements without parameters, by the simple protocol.
    func sendScript(_ sql: String) -> Bool { PQsendQuery(pointer, sql) == 1 }

    func sendQuery(_ sql: String, _ parameters: BoundParameters) -> Bool {
        PQsendQueryParams(
            pointer, sql, parameters.count, parameters.types, parameters.values, parameters.lengths,
            parameters.formats, Self.binary) == 1
    }

    func sendPrepare(name: String, sql: String, types: [UInt32]) -> Bool {
        PQsendPrepare(pointer, name, sql, Int32(truncatingIfNeeded: types.count), types) == 1
    }

    func sendPrepared(name: String, _ parameters: BoundParameters) -> Bool {
        PQsendQueryPrepared(
            pointer, name, parameters.count, parameters.values, parameters.lengths, parameters.formats,
            Self.binary) == 1
    }

    func enterPipelineMode() -> Bool { PQenterPipelineMode(pointer) == 1 }
    func exitPipelineMode() -> Bool { PQexitPipelineMode(pointer) == 1 }
    func sendPipelineSync() -> Bool { PQpipelineSync(pointer) == 1 }

    // MARK: COPY

    enum PutOutcome { case queued, blocked, failed }

    func putCopyData(_ bytes: UnsafeBufferPointer<UInt8>) -> PutOutcome {
        bytes.withMemoryRebound(to: CChar.self) { bytes in
            Self.putOutcome(PQputCopyData(pointer, bytes.baseAddress, Int32(truncatingIfNeeded: bytes.count)))
        }
    }

    /// Ends the data; with a reason, makes the server fail the COPY.
    func putCopyEnd(failure: String?) -> PutOutcome {
        Self.putOutcome(PQputCopyEnd(pointer, failure))
    }

    private static func putOutcome(_ code: Int32) -> PutOutcome {
        switch code {
        case 1: .queued
        case 0: .blocked
        default: .failed
        }
    }

    enum CopyRow { case row, none, end, failed }

    /// Takes one row of a COPY out, if one has arrived, and appends it to `chunk`.
    func takeCopyRow(into chunk: inout [UInt8]) -> CopyRow {
        var row: UnsafeMutablePointer<CChar>?
        let count = PQgetCopyData(pointer, &row, 1)
        switch count {
        case 0: return .none
        case -1: return .end
        case ..<0: return .failed
        default:
            chunk.append(contentsOf: UnsafeRawBufferPointer(start: row, count: Int(count)))
            PQfreemem(row)
            return .row
        }
    }
}
