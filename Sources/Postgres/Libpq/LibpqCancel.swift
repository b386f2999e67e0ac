import CLibpq

/// Owns a `PGcancel`: what it takes to ask the server to stop the connection's statement.
///
/// `@unchecked Sendable`: the structure is never changed after its creation, and libpq allows `PQcancel` from any
/// thread, also while another uses the connection (<https://www.postgresql.org/docs/15/libpq-cancel.html>).
final class LibpqCancel: @unchecked Sendable {
    private let pointer: OpaquePointer

    init?(connection: OpaquePointer?) {
        guard let pointer = PQgetCancel(connection) else { return nil }
        self.pointer = pointer
    }

    deinit { PQfreeCancel(pointer) }

    /// Asks the server to stop what it does, and waits until it has taken the request. Blocks: never call it from a
    /// task. Returns libpq's reason when the request could not be delivered.
    func send() -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            buffer.initialize(repeating: 0)
            guard let start = buffer.baseAddress, PQcancel(pointer, start, Int32(buffer.count)) == 0 else { return nil }
            return ServerMessage.firstLine(String(cString: start)) ?? "the cancel request failed"
        }
    }
}
