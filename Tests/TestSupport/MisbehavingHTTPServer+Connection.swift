import Glibc
import Synchronization

/// One connection of a ``MisbehavingHTTPServer``, with blocking reads and writes for the thread that serves it.
package final class MisbehavingHTTPConnection: Sendable {
    /// The connection was closed by the other side; thrown by an answer, it closes it from this one.
    package struct Closed: Error {
        package init() {}
    }

    /// 1 for the first connection that the server accepted.
    package let number: Int
    private let descriptor: Int32
    private let counters: MisbehavingHTTPServer.Counters
    private let state = Mutex(State())

    private struct State {
        var received: [UInt8] = []
        var isClosed = false
    }

    init(descriptor: Int32, number: Int, counters: MisbehavingHTTPServer.Counters) {
        self.descriptor = descriptor
        self.number = number
        self.counters = counters
    }

    // MARK: Writing

    /// Writes bytes as they are.
    package func send(_ bytes: [UInt8]) throws {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress?.advanced(by: offset), $0.count - offset, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Closed() }
            counters.bytesSent.add(count, ordering: .sequentiallyConsistent)
            offset += count
        }
    }

    package func send(_ text: String) throws {
        try send(Array(text.utf8))
    }

    /// Writes a head: status line, the headers given, the empty line.
    package func sendHead(_ status: String = "200 OK", _ headers: [String] = []) throws {
        try send("HTTP/1.1 \(status)\r\n" + headers.map { $0 + "\r\n" }.joined() + "\r\n")
    }

    /// Writes one chunk of a chunked body; an empty one is the end mark.
    package func sendChunk(_ bytes: [UInt8]) throws {
        try send(Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + Array("\r\n".utf8))
    }

    /// Writes a whole response with `Content-Length`.
    package func respond(_ status: String = "200 OK", _ headers: [String] = [], body: [UInt8] = []) throws {
        try sendHead(status, headers + ["Content-Length: \(body.count)"])
        try send(body)
    }

    package func respond(_ status: String = "200 OK", _ headers: [String] = [], _ body: String) throws {
        try respond(status, headers, body: Array(body.utf8))
    }

    // MARK: Ending

    /// Ends the connection as a crashed program's kernel does, with a reset.
    package func reset() -> Closed {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        close()
        return Closed()
    }

    /// Sleeps until the client closes the connection; what it still sends is dropped.
    ///
    /// - Returns: `false` when it has not closed it within `seconds`.
    package func waitForClose(seconds: Double) -> Bool {
        var limit = timeval(tv_sec: Int(seconds), tv_usec: Int((seconds - seconds.rounded(.down)) * 1e6))
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { return false }
            if count <= 0 { return true }
        }
    }

    /// Makes the blocking calls of the serving thread return, without freeing the descriptor under it.
    func interrupt() {
        state.withLock { state in
            guard !state.isClosed else { return }
            shutdown(descriptor, Int32(SHUT_RDWR))
        }
    }

    func close() {
        state.withLock { state in
            guard !state.isClosed else { return }
            state.isClosed = true
            Glibc.close(descriptor)
            counters.open.subtract(1, ordering: .sequentiallyConsistent)
        }
    }

    // MARK: Reading

    /// The next request with its whole body; `nil` when the client has closed the connection in between two.
    func readRequest() throws -> MisbehavingHTTPRequest? {
        var bytes = state.withLock { $0.received }
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            if let (request, length) = MisbehavingHTTPRequest.parse(bytes) {
                state.withLock { $0.received = Array(bytes[length...]) }
                return request
            }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                if bytes.isEmpty { return nil }
                throw Closed()
            }
            bytes += buffer[..<count]
        }
    }
}
