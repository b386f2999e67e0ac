import Testing

@testable import Postgres

@Suite("Waiting without a server") struct OperationGateTests {
    @Test("a gate lets one task in at a time, and every task in the end")
    func oneAtATime() async throws {
        let gate = OperationGate()
        let inside = Counter()
        let entries = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<500 {
                group.addTask {
                    try await gate.enter(operation: "test", deadline: nil)
                    #expect(inside.add(1) == 1)
                    await Task.yield()
                    inside.add(-1)
                    entries.add(1)
                    gate.leave()
                }
            }
            try await group.waitForAll()
        }
        #expect(entries.value == 500)
    }

    @Test("a wait at a gate ends at its deadline and on cancellation, and the gate goes on")
    func ends() async throws {
        let gate = OperationGate()
        try await gate.enter(operation: "holder", deadline: nil)
        let late = await postgresError { try await gate.enter(operation: "late", deadline: .now + .milliseconds(20)) }
        #expect(late?.code == .timedOut)
        let cancelled = Task { await postgresError { try await gate.enter(operation: "cancelled", deadline: nil) } }
        cancelled.cancel()
        #expect(await cancelled.value?.code == .cancelled)
        gate.leave()
        try await gate.enter(operation: "next", deadline: nil)
        gate.retire()
        #expect(await postgresError { try await gate.enter(operation: "after", deadline: nil) }?.code == .misuse)
    }

    @Test("cancellation that races with being let in loses no turn")
    func cancellationRace() async throws {
        let gate = OperationGate()
        for _ in 0..<500 {
            try await gate.enter(operation: "holder", deadline: nil)
            let waiting = Task { () -> Bool in
                guard await postgresError({ try await gate.enter(operation: "waiter", deadline: nil) }) == nil else {
                    return false
                }
                gate.leave()
                return true
            }
            await Task.yield()
            async let left: Void = gate.leave()
            waiting.cancel()
            _ = await (waiting.value, left)
        }
        try await gate.enter(operation: "last", deadline: .now + .seconds(5))
        gate.leave()
    }

    @Test("a signal before the wait is not missed, and a deadline in the past ends it at once")
    func parking() async {
        let waiter = Waiter()
        waiter.signal()
        #expect(await waiter.wait(until: nil, heedingCancellation: true) == .signalled)
        #expect(await waiter.wait(until: .now - .seconds(1), heedingCancellation: true) == .timedOut)
        let start = ContinuousClock.now
        #expect(await waiter.wait(until: .now + .milliseconds(50), heedingCancellation: false) == .timedOut)
        #expect(start.duration(to: .now) >= .milliseconds(50))
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await waiter.wait(until: nil, heedingCancellation: true)
        }
        #expect(await task.value == .cancelled)
    }

    @Test("blocking work runs on a bounded number of threads, all of it, and more than the queue holds is refused")
    func blockingThreads() async {
        let threads = BlockingThreads(name: "test", limit: 3, queueLimit: 10)
        let running = Counter()
        let most = Counter()
        let done = Counter()
        let gate = Waiter()
        let opened = Counter()
        var accepted = 0
        for _ in 0..<40 {
            let isAccepted = threads.submit {
                most.raise(to: running.add(1))
                while opened.value == 0 { usleepBriefly() }
                running.add(-1)
                if done.add(1) == 10 { gate.signal() }
            }
            if isAccepted { accepted += 1 }
        }
        opened.add(1)
        #expect(accepted >= 10 && accepted <= 13)
        #expect(await gate.wait(until: .now + .seconds(5), heedingCancellation: false) == .signalled)
        #expect(most.value <= 3)
    }
}
