import CLibpq

extension PostgresConnection {
    /// Streams data into the server with `COPY … FROM STDIN` and returns the rows it took.
    ///
    /// A server that is slower than `body` makes `write` wait. When `body` throws, or the task is cancelled, nothing is
    /// kept. libpq learns of data that the server refuses only at the end, so that error comes from here, not `write`.
    package nonisolated(nonsending) func copyIn(
        _ sql: SQL, _ body: nonisolated(nonsending) (inout PostgresCopyWriter) async throws -> Void
    ) async throws -> Int {
        try await enter("copy in")
        defer { gate.leave() }
        try await session.beginCopy(sql, expecting: PGRES_COPY_IN, operation: "copy in")
        var writer = PostgresCopyWriter(session)
        let hold = ConnectionHold(gate)
        do {
            defer { hold.end() }
            try await ConnectionHold.$current.withValue(ConnectionHold.current + [hold]) { try await body(&writer) }
            try await writer.flush()
        } catch {
            await session.abandonCopyIn()
            throw error
        }
        return try await session.finishCopyIn()
    }

    /// Streams data out of the server with `COPY … TO STDOUT` and returns the rows it sent.
    ///
    /// `onChunk` gets whole rows, about 64 KiB of them at a time; while it works, the server waits. When it throws, the
    /// COPY is stopped on the server.
    package nonisolated(nonsending) func copyOut(
        _ sql: SQL, _ onChunk: nonisolated(nonsending) ([UInt8]) async throws -> Void
    ) async throws -> Int {
        try await enter("copy out")
        defer { gate.leave() }
        try await session.beginCopy(sql, expecting: PGRES_COPY_OUT, operation: "copy out")
        let hold = ConnectionHold(gate)
        do {
            defer { hold.end() }
            try await ConnectionHold.$current.withValue(ConnectionHold.current + [hold]) {
                while let chunk = try await session.nextCopyChunk(size: PostgresCopyWriter.bufferSize) {
                    try await onChunk(chunk)
                }
            }
        } catch {
            await session.abandonCopyOut()
            throw error
        }
        return try await session.finishCopyOut()
    }
}
