import Logging

/// Making a session: the hosts one after the other, then the settings.
extension PostgresSession {
    /// Services and password files are read here, apart from attempts that may be stuck.
    private static let optionThreads = BlockingThreads(name: "pg-options", limit: 2)

    static func connect(
        _ configuration: PostgresConfiguration, logger: Logger
    ) async throws(PostgresError) -> PostgresSession {
        let text = configuration.connectionString
        let options = try await optionThreads.value(within: configuration.connectTimeout) {
            () throws(PostgresError) in try ConnectionOptions.read(text)
        }
        let settings = SessionSettings(own: configuration.settings, options: options.value("options"))
        let libpq = try await open(configuration, options, settings, logger: logger)
        let reported = libpq.reportedSettings(SessionSettings.reported.keys)
        let missing = settings.missing(
            wereSent: libpq.hasStartupSettings, version: libpq.serverVersion, reported: reported)
        guard let cancel = libpq.makeCancel() else {
            throw PostgresError(.outOfResources, operation: ConnectAttempt.operation, message: "out of memory")
        }
        let socket = try SocketReadiness(descriptor: libpq.socket)
        let session = PostgresSession(
            libpq: libpq, socket: socket, cancel: cancel, configuration: configuration, logger: logger)
        try await session.apply(missing)
        return session
    }

    private static func open(
        _ configuration: PostgresConfiguration, _ options: ConnectionOptions, _ settings: SessionSettings,
        logger: Logger
    ) async throws(PostgresError) -> LibpqConnection {
        var generator = SystemRandomNumberGenerator()
        let plan = ConnectPlan(options, total: configuration.connectTimeout, using: &generator)
        let start = ContinuousClock.now
        var failures: [PostgresError] = []
        for (index, step) in plan.steps.enumerated() {
            let login = try await configuration.login(options, host: step.host)
            let door = ServerDoor(
                options: options, step: step, settings: settings, applicationName: configuration.applicationName,
                login: login, notices: NoticeSink(logger: logger))
            do throws(PostgresError) {
                return try await ConnectAttempt.connect(
                    door, timeout: plan.time(forStep: index, elapsed: start.duration(to: .now)))
            } catch {
                failures.append(error)
                guard ConnectPlan.goesOn(after: error) else { break }
            }
        }
        let failure = ConnectPlan.failure(failures)
        guard let source = configuration.passwordSource, SQLState.isRefusedLogin(failure.sqlState) else {
            throw failure
        }
        throw failure.with(code: failure.code, message: "\(failure.message); \(source.adviceWhenRefused)")
    }

    /// `set_config` takes names and values as parameters, unlike SET.
    private func apply(_ settings: [SessionSettings.Setting]) async throws(PostgresError) {
        guard !settings.isEmpty else { return }
        let calls = settings.indices.map { index -> SQL in
            "set_config(\(parameter: index * 2 + 1), \(parameter: index * 2 + 2), false)"
        }
        do throws(PostgresError) {
            _ = try await query(
                "SELECT \(SQL.list(calls))",
                settings.flatMap { [PostgresValue.text($0.name), PostgresValue.text($0.value)] },
                operation: "apply settings")
        } catch {
            close()
            throw error
        }
    }
}
