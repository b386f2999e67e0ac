import Foundation
import Glibc
import Synchronization

/// An HTTP server on loopback that does exactly what a test tells it, also what no server should: it writes raw bytes.
///
/// Each connection has a thread of its own, so an answer may block or sleep. What was received and sent is counted.
package final class MisbehavingHTTPServer: Sendable {
    /// Answers one request. Returning keeps the connection for the next one; throwing closes it.
    package typealias Answer = @Sendable (MisbehavingHTTPConnection, MisbehavingHTTPRequest) throws -> Void

    package let port: Int
    private let listener: Int32
    private let answer: Answer
    private let counters = Counters()
    private let connections = Mutex<[Int: MisbehavingHTTPConnection]>([:])
    private let isStopped = Atomic(false)

    /// What the connections count, shared with them.
    final class Counters: Sendable {
        let accepted = Atomic(0)
        let open = Atomic(0)
        let requests = Atomic(0)
        let bytesSent = Atomic(0)
    }

    /// `http://127.0.0.1:<port>`
    package var url: String { "http://127.0.0.1:\(port)" }
    /// Connections accepted so far.
    package var connectionsAccepted: Int { counters.accepted.load(ordering: .sequentiallyConsistent) }
    /// Connections that neither side has closed, as far as this side knows.
    package var openConnections: Int { counters.open.load(ordering: .sequentiallyConsistent) }
    /// Whole requests read so far.
    package var requestsReceived: Int { counters.requests.load(ordering: .sequentiallyConsistent) }
    /// Bytes that the kernel has taken so far, heads included.
    package var bytesSent: Int { counters.bytesSent.load(ordering: .sequentiallyConsistent) }

    /// Starts to listen on a free port of 127.0.0.1.
    package static func start(_ answer: @escaping Answer) throws -> MisbehavingHTTPServer {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard listener >= 0 else { throw TestSupportError("no socket: \(String(cString: strerror(errno)))") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 1024) == 0
                    && getsockname(listener, $0, &length) == 0
            }
        }
        guard isListening else {
            close(listener)
            throw TestSupportError("cannot listen on loopback: \(String(cString: strerror(errno)))")
        }
        let server = MisbehavingHTTPServer(
            listener: listener, port: Int(UInt16(bigEndian: address.sin_port)), answer: answer)
        Thread.detachNewThread { server.acceptConnections() }
        return server
    }

    private init(listener: Int32, port: Int, answer: @escaping Answer) {
        self.listener = listener
        self.port = port
        self.answer = answer
    }

    /// Stops listening and closes every connection; answers that block in a read or write fail.
    package func stop() {
        guard !isStopped.exchange(true, ordering: .sequentiallyConsistent) else { return }
        shutdown(listener, Int32(SHUT_RDWR))
        for connection in connections.withLock({ Array($0.values) }) { connection.interrupt() }
    }

    private func acceptConnections() {
        defer { close(listener) }
        while true {
            let descriptor = accept(listener, nil, nil)
            guard descriptor >= 0 else {
                if errno == EINTR || errno == ECONNABORTED { continue }
                return
            }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            // Pieces leave as they are written; without this a second small one waits for the client's acknowledgement.
            var yes: Int32 = 1
            setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
            let number = counters.accepted.add(1, ordering: .sequentiallyConsistent).newValue
            counters.open.add(1, ordering: .sequentiallyConsistent)
            let connection = MisbehavingHTTPConnection(descriptor: descriptor, number: number, counters: counters)
            connections.withLock { $0[number] = connection }
            if isStopped.load(ordering: .sequentiallyConsistent) { connection.interrupt() }
            Thread.detachNewThread { self.serve(connection) }
        }
    }

    private func serve(_ connection: MisbehavingHTTPConnection) {
        // A closed connection or a thrown error: either way this connection is done.
        do {
            while let request = try connection.readRequest() {
                counters.requests.add(1, ordering: .sequentiallyConsistent)
                try answer(connection, request)
            }
        } catch {}
        connections.withLock { $0[connection.number] = nil }
        connection.close()
    }
}
