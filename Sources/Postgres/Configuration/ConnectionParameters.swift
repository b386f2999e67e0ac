/// The keyword and value pairs that libpq connects with: to one address, with everything decided.
struct ConnectionParameters: Sendable {
    let pairs: [(keyword: String, value: String)]

    /// - Parameters:
    ///   - address: where the host is; nil when libpq needs no address, or finds it by itself.
    ///   - startupOptions: what the server is asked to set at its start.
    ///   - login: how a password that was made for this connection travels.
    init(
        _ options: ConnectionOptions, step: ConnectPlan.Step, address: String?, applicationName: String,
        startupOptions: String?, login: (transport: EncryptedLogin, password: String)? = nil
    ) {
        var values = options.values.filter { !$0.value.isEmpty }
        // A peer that vanished without a word is noticed in about a minute, also with no statement timeout.
        for (name, value) in [
            ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "60000"),
        ] where values[name] == nil { values[name] = value }
        values["host"] = step.host.name
        values["hostaddr"] = address
        values["port"] = "\(step.host.port)"
        values["target_session_attrs"] = step.sessionAttributes
        // The time of each host is kept by this client.
        values["connect_timeout"] = nil
        values["options"] = startupOptions
        values["client_encoding"] = "UTF8"
        values["fallback_application_name"] = applicationName
        if let given = values["application_name"] {
            values["application_name"] = Self.sessionName(applicationName, given: given)
        }
        if let login {
            values["sslmode"] = login.transport.sslMode
            // Without GSSAPI, whose encryption would take the place of TLS and of its checks.
            values["gssencmode"] = "disable"
            values["password"] = login.password
        }
        pairs = values.sorted { $0.key < $1.key }.map { (keyword: $0.key, value: $0.value) }
    }

    /// What the server shows of the session: a name that the settings give, and behind it the program's own, by which programs of this
    /// service know each other.
    static func sessionName(_ own: String, given: String) -> String {
        guard !given.contains(own) else { return given }
        // The server cuts what is longer than 63 bytes at its end.
        var shown = given
        while shown.utf8.count + own.utf8.count + 3 > 63, !shown.isEmpty { shown.removeLast() }
        return shown.isEmpty ? own : "\(shown) (\(own))"
    }
}
