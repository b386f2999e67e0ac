import Synchronization

/// A number that many tasks and threads count on.
final class Counter: Sendable {
    private let number = Atomic<Int>(0)

    var value: Int { number.load(ordering: .sequentiallyConsistent) }

    @discardableResult
    func add(_ amount: Int) -> Int { number.add(amount, ordering: .sequentiallyConsistent).newValue }

    func raise(to value: Int) { _ = number.max(value, ordering: .sequentiallyConsistent) }
}
