import Glibc

/// One request of a proxy to the server behind it, over a connection of its own, with blocking calls.
final class UpstreamConnection {
    /// The head of the answer, read before its body.
    struct Head {
        let status: String
        let headerLines: [String]

        func value(_ name: String) -> String? {
            let prefix = name.lowercased() + ":"
            guard let line = headerLines.first(where: { $0.lowercased().hasPrefix(prefix) }) else { return nil }
            return String(line.dropFirst(prefix.count).drop { $0 == " " })
        }

        /// The lines that can be said again on another connection.
        var lasting: [String] {
            headerLines.filter { line in
                let name = line.prefix { $0 != ":" }.lowercased()
                return name != "connection" && name != "keep-alive"
            }
        }
    }

    private let descriptor: Int32
    private var received: [UInt8] = []

    /// Longer than anything a healthy server here takes; a test's own deadline comes first.
    private static let patience = timeval(tv_sec: 300, tv_usec: 0)

    /// - Throws: ``TestSupportError`` when nobody listens on this port of 127.0.0.1.
    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw TestSupportError.system("socket", errno) }
        var patience = Self.patience
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        // An initializer that throws runs `deinit` as well once every property has its value.
        guard isConnected else { throw TestSupportError.system("connect", errno) }
    }

    deinit {
        close(descriptor)
    }

    /// Sends a request whose answer ends with the connection.
    func send(_ request: MisbehavingHTTPRequest, body: [UInt8]) throws {
        let kept = request.headerLines.filter { line in
            let name = line.prefix { $0 != ":" }.lowercased()
            return name != "connection" && name != "content-length" && name != "expect"
        }
        let lines = kept + ["Connection: close"] + (request.method == "GET" ? [] : ["Content-Length: \(body.count)"])
        let head = "\(request.method) \(request.target) HTTP/1.1\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
        try write(Array(head.utf8) + body)
    }

    /// Reads up to the end of the head.
    func readHead() throws -> Head {
        while true {
            if let end = received.indices.dropLast(3).first(where: {
                received[$0..<($0 + 4)].elementsEqual("\r\n\r\n".utf8)
            }) {
                var lines = String(decoding: received[..<end], as: UTF8.self).split(separator: "\r\n").map(String.init)
                received.removeSubrange(..<(end + 4))
                guard let status = lines.first else { break }
                lines.removeFirst()
                return Head(status: String(status.drop { $0 != " " }.dropFirst()), headerLines: lines)
            }
            guard let piece = try readPiece() else { break }
            received += piece
        }
        throw TestSupportError("the server closed the connection before its answer")
    }

    /// The next bytes of the body as they came; nil at the connection's end.
    func readBody() throws -> [UInt8]? {
        guard received.isEmpty else {
            defer { received = [] }
            return received
        }
        return try readPiece()
    }

    private func readPiece() throws -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw TestSupportError.system("recv", errno) }
            return count == 0 ? nil : Array(buffer[..<count])
        }
    }

    private func write(_ bytes: [UInt8]) throws {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress?.advanced(by: offset), $0.count - offset, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw TestSupportError.system("send", errno) }
            offset += count
        }
    }
}
