import CLibpq
import Logging

/// COPY in both directions. The data streams: neither side holds more than a chunk.
extension PostgresSession {
    /// The most that is handed to libpq at once; it is then flushed before more is taken.
    private static let pieceSize = 1 << 20

    func beginCopy(_ sql: SQL, expecting status: ExecStatusType, operation: String) async throws(PostgresError) {
        try begin(operation)
        guard libpq.sendScript(sql.text) else { throw sendFailure() }
        try await flush()
        guard let result = try await nextResult() else {
            close()
            throw PostgresError(.protocolViolation, operation: operation, message: "the server sent no result")
        }
        guard result.status != status else { return }
        // An error, or a statement of another kind: read to the end, and report.
        var failure = result.isError ? try failure(result) : nil
        if result.status == PGRES_COPY_IN { try await sendCopyEnd(failure: "refused by the client") }
        if result.status == PGRES_COPY_OUT { try await discardCopyOut() }
        while try await nextResult() != nil {}
        failure = await settle(failure)
        throw failure
            ?? PostgresError(
                .misuse, operation: operation,
                message: "the statement is not a COPY \(status == PGRES_COPY_IN ? "FROM STDIN" : "TO STDOUT")")
    }

    // MARK: In

    /// Sends a chunk. Returns when libpq has passed it to the kernel, so that a slow server slows the caller down.
    func sendCopyData(_ bytes: [UInt8]) async throws(PostgresError) {
        var start = 0
        while start < bytes.count {
            let end = min(start + Self.pieceSize, bytes.count)
            let outcome = bytes.withUnsafeBufferPointer {
                libpq.putCopyData(UnsafeBufferPointer(rebasing: $0[start..<end]))
            }
            switch outcome {
            case .queued: start = end
            case .blocked: break
            case .failed: throw sendFailure()
            }
            try await flush()
            if let interruption { throw interruption.error(operation: operation, sqlState: nil) }
            if Task.isCancelled { throw PostgresError(.cancelled, operation: operation, message: "cancelled") }
        }
    }

    /// Ends the data and returns the rows taken in.
    func finishCopyIn() async throws(PostgresError) -> Int {
        try await sendCopyEnd(failure: nil)
        return try await collectResults().affectedRows
    }

    /// Makes the server drop what it was sent, and reads to the end. The cancel request reaches a server that is busy
    /// with a row, or waits for a lock, and would not read the end of the data.
    func abandonCopyIn() async {
        guard isUsable else { return }
        interrupt(.cancelled)
        do throws(PostgresError) {
            try await sendCopyEnd(failure: "abandoned by the client")
            _ = try await collectResults()
        } catch {
            // The COPY was meant to fail. A connection that broke on the way has been closed.
            logger.debug("abandoned a COPY: \(error)")
        }
    }

    func sendCopyEnd(failure: String?) async throws(PostgresError) {
        while true {
            switch libpq.putCopyEnd(failure: failure) {
            case .queued: return try await flush()
            case .blocked: try await makeProgress(.readableOrWritable)
            case .failed: throw sendFailure()
            }
        }
    }

    // MARK: Out

    /// The next rows of a COPY out, whole ones, about `size` bytes; nil at the end.
    func nextCopyChunk(size: Int) async throws(PostgresError) -> [UInt8]? {
        guard !isCopyOutComplete else { return nil }
        var chunk: [UInt8] = []
        chunk.reserveCapacity(size + size / 8)
        while true {
            switch libpq.takeCopyRow(into: &chunk) {
            case .row: if chunk.count >= size { return chunk }
            case .none:
                if !chunk.isEmpty { return chunk }
                try await makeProgress(.readable)
            case .end:
                isCopyOutComplete = true
                return chunk.isEmpty ? nil : chunk
            case .failed: throw sendFailure()
            }
        }
    }

    /// Returns the rows sent out, or throws what stopped the COPY.
    func finishCopyOut() async throws(PostgresError) -> Int { try await collectResults().affectedRows }

    /// Stops a COPY out that nobody wants any more, and reads to the end.
    func abandonCopyOut() async {
        guard isUsable else { return }
        interrupt(.cancelled)
        do throws(PostgresError) {
            try await discardCopyOut()
            _ = try await collectResults()
        } catch {
            logger.debug("abandoned a COPY: \(error)")
        }
    }

    func discardCopyOut() async throws(PostgresError) {
        if interruption == nil { interrupt(.cancelled) }
        while try await nextCopyChunk(size: 1 << 16) != nil {}
    }
}
