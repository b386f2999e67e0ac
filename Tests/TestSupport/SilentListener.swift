import Glibc

/// A TCP port on 127.0.0.1 that accepts connections and never says a word.
package final class SilentListener: Sendable {
    package let port: Int
    private let descriptor: Int32

    package init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let socket = descriptor
        let isListening = withUnsafeMutableBytes(of: &address) { bytes in
            let address = bytes.assumingMemoryBound(to: sockaddr.self).baseAddress
            return bind(socket, address, size) == 0 && listen(socket, 16) == 0
                && getsockname(socket, address, &size) == 0
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        guard isListening else { throw TestSupportError("cannot listen: errno \(errno)") }
    }

    deinit { close(descriptor) }
}
