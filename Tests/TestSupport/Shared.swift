import Synchronization

/// A value that is made once, on first use, however many tasks ask for it at the same time. A failure is kept as well: a server that
/// did not start once is not tried again for every test.
package final class Shared<Value: Sendable>: Sendable {
    private let make: @Sendable () async throws -> Value
    private let task = Mutex<Task<Value, any Error>?>(nil)

    package init(_ make: @escaping @Sendable () async throws -> Value) {
        self.make = make
    }

    package func value() async throws -> Value {
        let task = task.withLock { task in
            if let task { return task }
            // Not a child of the first asker: its cancellation must not fail the others.
            let started = Task { [make] in try await make() }
            task = started
            return started
        }
        return try await task.value
    }
}
