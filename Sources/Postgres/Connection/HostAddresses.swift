import Glibc

/// Looks a host's name up. libpq would do the same, but goes on to the next address only when one refuses, never when it is silent.
enum HostAddresses {
    /// Addresses of one host that are tried; the rest would only divide the time further.
    static let limit = 8

    /// What libpq is given as `hostaddr`, one after the other; a single nil where nothing has to be looked up. Blocks.
    static func find(_ host: ServerHost) throws(PostgresError) -> [String?] {
        if let address = host.address { return [address] }
        guard !host.isLocalSocket, let name = host.name else { return [nil] }
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(name, nil, &hints, &list)
        guard code == 0 else {
            // Without the name: until it is found, it may as well be a password in the wrong place.
            let reason = String(cString: gai_strerror(code))
            throw PostgresError(
                code == EAI_NONAME ? .unknownHost : .connectFailed,
                operation: ConnectAttempt.operation,
                message: "the name of host number \(host.number) cannot be resolved (\(reason))")
        }
        defer { freeaddrinfo(list) }
        var found: [String] = []
        var entry = list
        while let current = entry, found.count < limit {
            if let text = numeric(current.pointee), !found.contains(text) { found.append(text) }
            entry = current.pointee.ai_next
        }
        guard !found.isEmpty else {
            throw PostgresError(
                .unknownHost, operation: ConnectAttempt.operation,
                message: "the name of host number \(host.number) has no address")
        }
        return found
    }

    private static func numeric(_ entry: addrinfo) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(NI_MAXHOST)) { buffer in
            guard let start = buffer.baseAddress,
                getnameinfo(
                    entry.ai_addr, entry.ai_addrlen, start, socklen_t(buffer.count), nil, 0, Int32(NI_NUMERICHOST)) == 0
            else { return nil }
            return String(cString: start)
        }
    }
}
