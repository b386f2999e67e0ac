import SyncCore
import TestSupport
import Testing

/// Drives a window against a queue that fails at random and answers in any order.
@Suite("Send window under random outcomes")
struct SendWindowPropertyTests {
    /// What the simulated queue saw.
    private struct Simulation {
        var window: SendWindow
        var generator: SeededGenerator
        var now = ContinuousClock.now
        /// Batches not yet put in.
        var incoming: ArraySlice<Batch>
        var calls: [[Batch]] = []
        var stored: [Batch] = []
        var givenUp: [Batch] = []
        var sends: [Int64: Int] = [:]
        var steps = 0

        /// One step; false when nothing is left to do.
        mutating func step() throws -> Bool {
            steps += 1
            while window.hasRoom, let batch = incoming.first, generator.chance(3, in: 4) {
                try window.enqueue(batch, at: now)
                incoming.removeFirst()
            }
            if incoming.isEmpty { window.close() }
            if calls.count < 4, let call = window.nextCall(at: now) {
                check(call)
                calls.append(call)
            } else if !calls.isEmpty {
                answer(calls.remove(at: Int.random(in: calls.indices, using: &generator)))
            } else if let wakeup = window.nextWakeup {
                #expect(wakeup >= now, "a wakeup in the past would spin")
                now = max(now, wakeup)
            } else if incoming.isEmpty {
                return false
            }
            now += .milliseconds(Int.random(in: 0...3, using: &generator))
            return true
        }

        private mutating func check(_ call: [Batch]) {
            let configuration = window.configuration
            #expect((1...configuration.maximumEntriesPerCall).contains(call.count))
            let callBytes = call.reduce(0) { $0 + $1.body.count + configuration.attributeBytesPerEntry }
            #expect(callBytes <= configuration.maximumCallBytes)
            let busy = calls.joined().map(\.lane) + call.map(\.lane)
            #expect(Set(busy).count == busy.count, "a lane has two batches in flight")
            for batch in call { sends[batch.number, default: 0] += 1 }
        }

        private mutating func answer(_ call: [Batch]) {
            for batch in call.shuffled(using: &generator) {
                switch Int.random(in: 0..<10, using: &generator) {
                case 0...6:
                    window.succeeded([batch.number], at: now)
                    stored.append(batch)
                case 7, 8:
                    if case .givenUp(let lost, let attempts) = window.failed(
                        batch.number, retryable: true, at: now, using: &generator)
                    {
                        #expect(attempts == sends[batch.number])
                        givenUp.append(lost)
                    }
                default:
                    let outcome = window.failed(batch.number, retryable: false, at: now, using: &generator)
                    #expect(outcome == .givenUp(batch, attempts: sends[batch.number] ?? 0))
                    givenUp.append(batch)
                }
            }
        }
    }

    @Test(
        "every batch is stored or given up once, in order within its lane, within all limits", arguments: UInt64(0)..<24
    )
    func nothingLostOrDoubled(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let lanes = Int.random(in: 1...40, using: &generator)
        let configuration = SendWindow.Configuration(
            maximumBatches: Int.random(in: 1...80, using: &generator),
            maximumEntriesPerCall: Int.random(in: 1...10, using: &generator),
            maximumCallBytes: Int.random(in: 400...2000, using: &generator),
            attributeBytesPerEntry: Int.random(in: 0...30, using: &generator),
            patience: Patience(limit: .milliseconds(Int.random(in: 0...2000, using: &generator)))
        )
        let batches = (0..<Int64(600)).map { number in
            Batch(
                identity: MessageIdentity(
                    syncID: 1, attempt: 1, number: number, lane: Int.random(in: 0..<lanes, using: &generator)),
                users: 1,
                body: [UInt8](repeating: 0x61, count: Int.random(in: 1...370, using: &generator))
            )
        }
        var simulation = Simulation(
            window: SendWindow(configuration),
            generator: generator,
            incoming: batches[...]
        )
        while try simulation.step() {
            try #require(simulation.steps < 200_000, "the window starves")
        }
        #expect(simulation.window.isEmpty)
        #expect(simulation.window.bytes == 0)
        let settled = simulation.stored + simulation.givenUp
        #expect(settled.map(\.number).sorted() == batches.map(\.number))
        for lane in 0..<lanes {
            let numbers = simulation.stored.filter { $0.lane == lane }.map(\.number)
            #expect(numbers == numbers.sorted())
        }
        let counters = simulation.window.counters
        #expect(counters.enqueued == batches.count)
        #expect(counters.sent == simulation.stored.count)
        #expect(counters.givenUp == simulation.givenUp.count)
        #expect(counters.entries == simulation.sends.values.reduce(0, +))
        #expect(counters.entries == counters.sent + counters.givenUp + counters.retries)
        #expect(counters.unexpectedOutcomes == 0)
    }

    @Test("finding the next call looks at few lanes, however many wait and however badly their batches fit together")
    func costDoesNotGrow() throws {
        let now = ContinuousClock.now
        let waiting: Int64 = 20_000
        var window = SendWindow(.init(maximumBatches: Int(waiting), maximumCallBytes: 1000))
        for number in 0..<waiting {
            // Small ones first, then many of which two never fit together.
            let body = [UInt8](repeating: 0x61, count: number < 50 ? 10 : 501)
            try window.enqueue(
                Batch(
                    identity: MessageIdentity(syncID: 1, attempt: 1, number: number, lane: Int(number)), users: 1,
                    body: body), at: now)
        }
        var sent = 0
        while let call = window.nextCall(at: now) {
            sent += call.count
            window.succeeded(call.map(\.number), at: now)
        }
        #expect(sent == Int(waiting))
        #expect(window.counters.lanesExamined <= 40 * (window.counters.calls + 1))
    }
}
