extension PostgresConfiguration {
    /// Checks what can be checked before a connection is made.
    /// - Throws: `PostgresError` with code `.invalidConfiguration`.
    package func check() throws(PostgresError) {
        _ = try ConnectionString.options(connectionString)
        if passwordSource != nil { _ = try EncryptedLogin(connectionString: connectionString) }
    }

    /// What libpq connects with, with a password made for this one connection where there is a source of them.
    func connectionParameters() async throws(PostgresError) -> ConnectionParameters {
        guard let passwordSource else { return try ConnectionParameters(self) }
        let login = try EncryptedLogin(connectionString: connectionString)
        let password: String
        do throws(PostgresPasswordError) {
            password = try await passwordSource.password(for: login.target)
        } catch {
            throw PostgresError(
                error.isTransient ? .passwordUnavailable : .invalidConfiguration, operation: ConnectAttempt.operation,
                message: "no password for \(login.target.user): \(error.message)")
        }
        return try ConnectionParameters(self, login: login, password: password)
    }
}
