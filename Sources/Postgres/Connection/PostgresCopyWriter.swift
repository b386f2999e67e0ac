/// Takes the data of a COPY FROM STDIN, in whatever format the COPY statement asks for.
package struct PostgresCopyWriter: Sendable {
    /// Bytes that are collected before they are sent.
    static let bufferSize = 1 << 16

    private let session: PostgresSession
    private var buffer: [UInt8] = []

    init(_ session: PostgresSession) {
        self.session = session
        buffer.reserveCapacity(Self.bufferSize)
    }

    /// Bytes appended and not sent yet.
    package var bufferedBytes: Int { buffer.count }

    /// Adds bytes to the buffer without sending them: after some, call `flushIfFull`.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) { buffer.append(contentsOf: bytes) }

    /// Adds bytes to the buffer without sending them: after some, call `flushIfFull`.
    package mutating func append(_ bytes: some Collection<UInt8>) { buffer.append(contentsOf: bytes) }

    /// Sends the buffer once it holds 64 KiB, and waits while the server is slower.
    package mutating func flushIfFull() async throws(PostgresError) {
        if buffer.count >= Self.bufferSize { try await flush() }
    }

    /// Sends `bytes`; chunks need not end where rows end.
    package mutating func write(_ bytes: [UInt8]) async throws(PostgresError) {
        if buffer.isEmpty, bytes.count >= Self.bufferSize { return try await session.sendCopyData(bytes) }
        buffer.append(contentsOf: bytes)
        try await flushIfFull()
    }

    mutating func flush() async throws(PostgresError) {
        guard !buffer.isEmpty else { return }
        try await session.sendCopyData(buffer)
        buffer.removeAll(keepingCapacity: true)
    }
}
