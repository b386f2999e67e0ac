import CLibpq
import Glibc

/// Opens a connection to one host: its addresses one after the other, each with its share of the host's time. Blocks.
struct ServerDoor: Sendable {
    let options: ConnectionOptions
    let step: ConnectPlan.Step
    let settings: SessionSettings
    let applicationName: String
    let login: (transport: EncryptedLogin, password: String)?
    let notices: NoticeSink

    /// How soon an abandoned attempt is noticed while it waits for the server.
    private static let pollSliceMilliseconds: Int64 = 100

    /// - Parameter isAbandoned: whether nobody waits for the connection any more.
    func open(
        deadline: ContinuousClock.Instant, isAbandoned: () -> Bool
    ) throws(PostgresError) -> LibpqConnection {
        var addresses = try HostAddresses.find(step.host)
        if options.balancesLoad { addresses.shuffle() }
        var failures: [PostgresError] = []
        for (index, address) in addresses.enumerated() {
            let now = ContinuousClock.now
            let share = max(now.duration(to: deadline), .zero) / (addresses.count - index)
            do throws(PostgresError) {
                return try open(address, deadline: now.advanced(by: share), isAbandoned)
            } catch {
                failures.append(error)
                guard ConnectPlan.goesOn(after: error) else { break }
            }
        }
        throw ConnectPlan.failure(failures)
    }

    private func open(
        _ address: String?, deadline: ContinuousClock.Instant, _ isAbandoned: () -> Bool
    ) throws(PostgresError) -> LibpqConnection {
        do throws(PostgresError) {
            return try open(address, withSettings: true, deadline, isAbandoned)
        } catch  where SessionSettings.isRefusal(sqlState: error.sqlState, message: error.message) {
            return try open(address, withSettings: false, deadline, isAbandoned)
        }
    }

    private func open(
        _ address: String?, withSettings: Bool, _ deadline: ContinuousClock.Instant, _ isAbandoned: () -> Bool
    ) throws(PostgresError) -> LibpqConnection {
        let parameters = ConnectionParameters(
            options, step: step, address: address, applicationName: applicationName,
            startupOptions: withSettings ? settings.startupOptions : settings.givenStartupOptions, login: login)
        guard let connection = LibpqConnection(starting: parameters, hasStartupSettings: withSettings, notices: notices)
        else {
            throw PostgresError(.outOfResources, operation: ConnectAttempt.operation, message: "out of memory")
        }
        guard !connection.isBad else { throw failure(connection, address) }
        // libpq's rule: before the first poll, behave as if it had asked for writing.
        var events = Int16(POLLOUT)
        while true {
            try wait(for: connection.socket, events, deadline, isAbandoned, address)
            switch connection.pollConnect() {
            case PGRES_POLLING_READING: events = Int16(POLLIN)
            case PGRES_POLLING_WRITING: events = Int16(POLLOUT)
            case PGRES_POLLING_OK:
                guard connection.becomeNonBlocking() else { throw failure(connection, address) }
                return connection
            default: throw failure(connection, address)
            }
        }
    }

    private func wait(
        for socket: Int32, _ events: Int16, _ deadline: ContinuousClock.Instant, _ isAbandoned: () -> Bool,
        _ address: String?
    ) throws(PostgresError) {
        while true {
            guard !isAbandoned() else {
                throw PostgresError(
                    .cancelled, operation: ConnectAttempt.operation, message: "nobody waits for it any more")
            }
            let remaining = ContinuousClock.now.duration(to: deadline)
            guard remaining > .zero else {
                throw PostgresError(
                    .connectTimedOut, operation: ConnectAttempt.operation,
                    message: "\(step.host.description(address)): no answer in time")
            }
            let (seconds, attoseconds) = remaining.components
            let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1
            var descriptor = pollfd(fd: socket, events: events, revents: 0)
            if poll(&descriptor, 1, Int32(min(milliseconds, Self.pollSliceMilliseconds))) > 0 { return }
        }
    }

    private func failure(_ connection: borrowing LibpqConnection, _ address: String?) -> PostgresError {
        let failure = ServerMessage.connectFailure(connection.errorMessage, hiding: options.names)
        return PostgresError(
            .connectFailed, operation: ConnectAttempt.operation,
            message: "\(step.host.description(address)): \(failure.message)", sqlState: failure.sqlState)
    }
}

extension ServerHost {
    /// How an error names it: by its address, and by its name once that has led to an address. Until then it could be a password in
    /// the wrong place.
    func description(_ found: String?) -> String {
        guard !isLocalSocket else { return "the local socket for port \(port)" }
        guard let found else { return description }
        guard let name, name != found, address == nil else { return "the server at \(found), port \(port)" }
        return "the server at \(name) (\(found)), port \(port)"
    }

    /// How an error names it while its address is not known.
    var description: String { "host number \(number)" }
}

extension ConnectionOptions {
    /// What a message must not repeat: the server's and the pooler's words hold names as they stand in the connection string, and any of
    /// them could be a password in the wrong place.
    var names: [String] {
        [
            "user", "password", "dbname", "host", "hostaddr", "passfile", "service", "options", "sslpassword",
            "application_name",
        ]
        .compactMap { value($0) }
    }
}
