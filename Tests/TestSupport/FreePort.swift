import Glibc
import Synchronization

/// The ports given out by this process: a server may need seconds until it listens on its own.
private let givenPorts = Mutex<Set<Int>>([])

/// A TCP port that nobody listens on now, and that this process has not given out before.
///
/// It lies below the range that the kernel takes the client ports of connections from, so that no connection of another process
/// takes it before the server that it is meant for does.
package func freePort() throws -> Int {
    for _ in 0..<200 {
        let port = Int.random(in: 20_000..<32_000)
        let isNew = givenPorts.withLock { $0.insert(port).inserted }
        if isNew, canListen(on: port) { return port }
    }
    throw TestSupportError("found no free TCP port between 20000 and 32000")
}

/// Whether one could listen on this port on every address: some servers do so whatever address they are told.
private func canListen(on port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    let isBound = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
    return isBound && listen(descriptor, 1) == 0
}
