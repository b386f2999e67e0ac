extension PostgresConfiguration {
    /// Checks what can be checked before a connection is made. Reads the service and its files; blocks for a moment.
    /// - Throws: `PostgresError` with code `.invalidConfiguration`, which shows nothing of the connection string but the names of parameters.
    package func check() throws(PostgresError) {
        let options = try ConnectionOptions.read(connectionString)
        guard passwordSource != nil else { return }
        for host in options.hosts { _ = try EncryptedLogin(options, host: host) }
    }

    /// Checks the files that these settings name, before a program waits for a database that can never be reached. Blocks for a moment.
    /// - Throws: `PostgresError` with code `.invalidConfiguration`, which shows no path.
    package func checkFiles() throws(PostgresError) {
        try ConnectionFiles(ConnectionOptions.read(connectionString), makesPasswords: passwordSource != nil).check()
    }

    /// The password for one host, made for this one connection, where there is a source of them.
    func login(
        _ options: ConnectionOptions, host: ServerHost
    ) async throws(PostgresError) -> (transport: EncryptedLogin, password: String)? {
        guard let passwordSource else { return nil }
        let transport = try EncryptedLogin(options, host: host)
        do throws(PostgresPasswordError) {
            return (transport, try await passwordSource.password(for: transport.target))
        } catch {
            throw PostgresError(
                error.isTransient ? .passwordUnavailable : .invalidConfiguration, operation: ConnectAttempt.operation,
                message: "no password for this connection: \(error.message)")
        }
    }
}
