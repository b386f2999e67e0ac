import Testing

@testable import ServiceRuntime

@Suite("One interval of metrics")
struct MetricWindowTests {
    @Test("counters are summed, and start at zero in the next interval")
    func counters() {
        var window = MetricWindow()
        window.count(.usersApplied, by: 1000)
        window.count(.usersApplied, by: 24)
        #expect(window.take() == [.init(metric: .usersApplied, content: .integer(1024))])
        window.count(.batchesApplied, by: 1)
        #expect(
            window.take() == [
                .init(metric: .usersApplied, content: .integer(0)),
                .init(metric: .batchesApplied, content: .integer(1)),
            ])
    }

    @Test("a registered counter is reported as zero beside what happened, but nothing is reported when nothing did")
    func zeros() {
        var window = MetricWindow()
        window.register(.syncsFailed)
        #expect(window.take() == [])
        window.count(.syncsCompleted, by: 1)
        #expect(
            window.take() == [
                .init(metric: .syncsCompleted, content: .integer(1)), .init(metric: .syncsFailed, content: .integer(0)),
            ])
        #expect(window.take() == [])
    }

    @Test("a gauge reports its last value, and only while it is set")
    func gauges() {
        var window = MetricWindow()
        window.set(.lastCompletedSyncAge, to: 5)
        window.set(.lastCompletedSyncAge, to: 7.5)
        #expect(window.take() == [.init(metric: .lastCompletedSyncAge, content: .number(7.5))])
        window.count(.syncsFailed, by: 1)
        #expect(window.take() == [.init(metric: .syncsFailed, content: .integer(1))])
    }

    @Test("a distribution hands out its values when 100 are there, and never keeps more")
    func fullDistribution() {
        var window = MetricWindow()
        for value in 1..<100 { #expect(window.record(.upsertLatency, Double(value)) == nil) }
        let full = window.record(.upsertLatency, 100)
        #expect(full == .init(metric: .upsertLatency, content: .values((1...100).map(Double.init))))
        #expect(window.record(.upsertLatency, 101) == nil)
        #expect(window.take() == [.init(metric: .upsertLatency, content: .values([101]))])
    }

    @Test("what is no number is left out, and a sum stops at the largest one")
    func extremes() {
        var window = MetricWindow()
        #expect(window.record(.upsertLatency, .nan) == nil)
        window.set(.lastCompletedSyncAge, to: .infinity)
        #expect(window.take() == [])
        window.count(.usersApplied, by: .max)
        window.count(.usersApplied, by: 1)
        #expect(window.take() == [.init(metric: .usersApplied, content: .integer(.max))])
    }
}
