import Logging

extension PostgresConnection {
    /// Runs `body` in a transaction: committed when it returns, rolled back when it throws or its task is cancelled.
    ///
    /// `body` uses the connection it is given, which ends with the transaction. Other tasks wait until it is over. When
    /// the connection breaks during COMMIT, the error's code is `.commitOutcomeUnknown`.
    package nonisolated(nonsending) func transaction<R>(
        _ body: nonisolated(nonsending) (PostgresConnection) async throws -> R
    ) async throws -> R {
        guard !isTransaction else {
            throw PostgresError(
                .misuse, operation: "transaction", message: "a transaction cannot begin inside a transaction")
        }
        try await enter("transaction")
        defer { gate.leave() }
        _ = try await session.query("BEGIN", [], operation: "BEGIN")
        let inner = PostgresConnection(session, responseTimeout: nil, isTransaction: true)
        let hold = ConnectionHold(gate)
        let result: R
        do {
            defer { hold.end() }
            result = try await ConnectionHold.$current.withValue(ConnectionHold.current + [hold]) {
                try await body(inner)
            }
        } catch {
            await inner.retire()
            await session.rollBack()
            throw error
        }
        await inner.retire()
        do throws(PostgresError) {
            try await session.commit()
        } catch {
            await session.rollBack()
            throw error
        }
        return result
    }

    /// Ends the use of a connection that was lent to a body: waits for what its tasks still run, and refuses the rest.
    nonisolated(nonsending) func retire() async {
        do throws(PostgresError) {
            try await gate.enter(operation: "end of use", deadline: nil, heedingCancellation: false)
            gate.retire()
        } catch {
            // Only a gate that is retired already refuses, or one with too many waiters.
            await session.close()
        }
    }
}

extension PostgresSession {
    func commit() async throws(PostgresError) {
        let result: PostgresResult
        do throws(PostgresError) {
            result = try await query("COMMIT", [], operation: "COMMIT")
        } catch  where error.code == .connectionLost {
            throw error.with(
                code: .commitOutcomeUnknown, message: "the connection was lost while COMMIT was on its way")
        }
        guard result.commandTag == "COMMIT" else {
            throw PostgresError(
                .transactionRolledBack, operation: "COMMIT",
                message: "the server rolled back, since a statement of the transaction had failed")
        }
    }

    /// Rolls back if there is anything to roll back, also when the task is cancelled. A connection on which that fails
    /// is closed, which makes the server roll back.
    func rollBack() async {
        guard isUsable, isInTransaction else { return }
        do throws(PostgresError) {
            _ = try await query("ROLLBACK", [], operation: "ROLLBACK", isShielded: true)
        } catch {
            logger.warning("rolling back failed, the connection is closed: \(error)")
            close()
        }
    }
}
