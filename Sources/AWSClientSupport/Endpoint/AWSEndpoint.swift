/// Where requests are sent: scheme, host and port, and a base path when a proxy needs one.
package struct AWSEndpoint: Sendable, Hashable, CustomStringConvertible {
    package enum Scheme: String, Sendable, Hashable {
        case http, https

        var defaultPort: Int { self == .https ? 443 : 80 }
    }

    package let scheme: Scheme
    /// Lower case; an IPv6 address without its brackets.
    package let host: String
    package let port: Int
    /// Raw, as sent; at least `/`.
    package let path: String

    package init(scheme: Scheme, host: String, port: Int? = nil, path: String = "/") {
        self.scheme = scheme
        self.host = host
        self.port = port ?? scheme.defaultPort
        self.path = path
    }

    /// Reads a configured endpoint, such as `http://127.0.0.1:4566` or `https://proxy.example.com/aws`.
    package init(parsing url: String) throws(AWSEndpointError) {
        let parts = try Self.split(url)
        guard !parts.rest.contains(where: { $0 == "?" || $0 == "#" }) else {
            throw AWSEndpointError(code: .containsQuery)
        }
        guard parts.rest.utf8.allSatisfy(Self.isPathByte) else { throw AWSEndpointError(code: .invalidPath) }
        let path = parts.rest.isEmpty ? "/" : parts.rest
        self.init(scheme: parts.scheme, host: parts.host, port: parts.port, path: path)
    }

    /// Reads the scheme, host and port of a URL, such as a queue's, and leaves its path out.
    package init(originOf url: String) throws(AWSEndpointError) {
        let parts = try Self.split(url)
        self.init(scheme: parts.scheme, host: parts.host, port: parts.port)
    }

    /// The value of the `Host` header: the port is named when it is not the scheme's own.
    package var hostHeader: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == scheme.defaultPort ? name : "\(name):\(port)"
    }

    package var url: String { "\(scheme.rawValue)://\(hostHeader)\(path)" }

    package var description: String { url }

    private struct Parts {
        var scheme: Scheme
        var host: String
        var port: Int?
        var rest: String
    }

    private static func split(_ url: String) throws(AWSEndpointError) -> Parts {
        guard let schemeEnd = url.firstRange(of: "://") else { throw AWSEndpointError(code: .missingScheme) }
        guard let scheme = Scheme(rawValue: url[..<schemeEnd.lowerBound].lowercased()) else {
            throw AWSEndpointError(code: .unsupportedScheme)
        }
        let afterScheme = url[schemeEnd.upperBound...]
        let authority = afterScheme.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.contains("@") else { throw AWSEndpointError(code: .containsUserInfo) }
        let host: Substring
        var portText: Substring?
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { throw AWSEndpointError(code: .invalidHost) }
            host = authority[authority.index(after: authority.startIndex)..<end]
            let rest = authority[authority.index(after: end)...]
            guard host.contains(":"), host.utf8.allSatisfy(isIPv6Byte), rest.isEmpty || rest.hasPrefix(":") else {
                throw AWSEndpointError(code: .invalidHost)
            }
            portText = rest.isEmpty ? nil : rest.dropFirst()
        } else {
            let colon = authority.firstIndex(of: ":")
            host = authority[..<(colon ?? authority.endIndex)]
            guard !host.isEmpty, host.utf8.count <= 253, host.utf8.allSatisfy(isHostByte) else {
                throw AWSEndpointError(code: .invalidHost)
            }
            portText = colon.map { authority[authority.index(after: $0)...] }
        }
        var port: Int?
        if let portText {
            guard portText.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(portText),
                (1...65_535).contains(number)
            else { throw AWSEndpointError(code: .invalidPort) }
            port = number
        }
        return Parts(
            scheme: scheme, host: host.lowercased(), port: port, rest: String(afterScheme[authority.endIndex...]))
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
        default: false
        }
    }

    private static func isIPv6Byte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x46, 0x61...0x66, UInt8(ascii: ":"), UInt8(ascii: "."): true
        default: false
        }
    }

    private static func isPathByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "/-._~!$&'()*+,;=:@%".utf8.contains(byte)
        }
    }
}

extension AWSEndpoint {
    /// Whether the host is one of AWS itself.
    package var isAWS: Bool { scheme == .https && AWSRegion.dnsSuffixes.contains { host.hasSuffix(".\($0)") } }

    /// Whether the host is this machine by its name or address.
    var isLoopback: Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
