import Glibc

/// One entry of the list of hosts that a connection may lead to.
struct ServerHost: Sendable, Equatable {
    /// Its place in the list, from 1.
    let number: Int
    /// A host name, an address, or the folder of a local socket; nil for libpq's own default.
    let name: String?
    /// An address that is used in place of looking the name up.
    let address: String?
    let port: Int

    static let defaultPort = 5432

    /// Whether it is reached through a socket of this machine.
    var isLocalSocket: Bool {
        address == nil && (name.map { $0.hasPrefix("/") || $0.hasPrefix("@") } ?? true)
    }

    /// Splits libpq's comma-separated lists, with its rules: one port counts for all hosts, otherwise each has its own.
    /// - Throws: `PostgresError` with code `.invalidConfiguration`; it shows no value, since any could be a password in the wrong place.
    static func list(_ options: [String: String]) throws(PostgresError) -> [ServerHost] {
        let names = entries(options["host"])
        let addresses = entries(options["hostaddr"])
        let ports = entries(options["port"])
        let count = max(addresses.isEmpty ? names.count : addresses.count, 1)
        guard names.isEmpty || addresses.isEmpty || names.count == addresses.count else {
            throw ConnectionString.refused(
                "it has \(names.count) hosts and \(addresses.count) host addresses: give as many")
        }
        guard ports.count <= 1 || ports.count == count else {
            throw ConnectionString.refused(
                "it has \(count) hosts and \(ports.count) ports: give one port, or one for each host")
        }
        guard addresses.allSatisfy({ $0.map(isAddress) ?? true }) else {
            throw ConnectionString.refused("hostaddr is not a numeric address: names belong into host")
        }
        var hosts: [ServerHost] = []
        for index in 0..<count {
            let port = ports.count > 1 ? ports[index] : ports.first ?? nil
            hosts.append(
                ServerHost(
                    number: index + 1, name: names.isEmpty ? nil : names[index],
                    address: addresses.isEmpty ? nil : addresses[index], port: try Self.port(port)))
        }
        return hosts
    }

    private static func port(_ text: String?) throws(PostgresError) -> Int {
        guard let text else { return defaultPort }
        guard let port = Int(text.filter { $0 != " " }), (1...65_535).contains(port) else {
            throw ConnectionString.refused(
                "the port is not a number from 1 to 65535. In a URI, @ ends user and password: postgresql://user:password@host:port/database"
            )
        }
        return port
    }

    private static func isAddress(_ text: String) -> Bool {
        var room = in6_addr()
        let withoutZone = String(text.prefix { $0 != "%" })
        return inet_pton(AF_INET, text, &room) == 1 || inet_pton(AF_INET6, withoutZone, &room) == 1
    }

    private static func entries(_ list: String?) -> [String?] {
        guard let list, !list.isEmpty else { return [] }
        return list.split(separator: ",", omittingEmptySubsequences: false).map { $0.isEmpty ? nil : String($0) }
    }
}
