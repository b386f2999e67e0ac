import CoreMetrics
import ServiceRuntime
import Testing

@Suite("The embedded metric format")
struct EMFBackendTests {
    @Test("a flush is one line that names each metric, its unit, its value, the deployment and the service")
    func oneLine() {
        let recorded = RecordedLines()
        let backend = recorded.backend()
        Counter(label: ServiceMetric.batchesApplied.rawValue, factory: backend).increment(by: 3)
        let latency = Timer(label: ServiceMetric.upsertLatency.rawValue, factory: backend)
        latency.recordMilliseconds(12)
        latency.recordNanoseconds(1_500_000)
        backend.flush()
        #expect(
            recorded.lines == [
                #"{"_aws":{"Timestamp":1700000000123,"CloudWatchMetrics":[{"Namespace":"UserSync","Dimensions":[["Deployment","Service"]],"#
                    + #""Metrics":[{"Name":"BatchesApplied","Unit":"Count"},{"Name":"UpsertLatency","Unit":"Milliseconds"}]}]},"#
                    + #""Deployment":"staging","Service":"worker","BatchesApplied":3,"UpsertLatency":[12,1.5]}"# + "\n"
            ])
        backend.flush()
        #expect(recorded.lines.count == 1)
    }

    @Test("times are told in the metric's own unit")
    func units() throws {
        let recorded = RecordedLines()
        let backend = recorded.backend()
        Timer(label: ServiceMetric.drainTime.rawValue, factory: backend).recordMilliseconds(2500)
        Gauge(label: ServiceMetric.lastCompletedSyncAge.rawValue, factory: backend).record(21_600)
        Recorder(label: ServiceMetric.streamRate.rawValue, factory: backend).record(41_626.5)
        backend.flush()
        let line = try #require(recorded.lines.first)
        #expect(
            line.hasSuffix(
                #""Deployment":"staging","Service":"worker","StreamRate":[41626.5],"DrainTime":[2.5],"LastCompletedSyncAge":21600}"#
                    + "\n"))
    }

    @Test("a library's own metrics, and dimensions, never reach CloudWatch")
    func foreignMetrics() {
        let recorded = RecordedLines()
        let backend = recorded.backend()
        Counter(label: "http_requests", dimensions: [("path", "/users/17")], factory: backend).increment()
        Timer(label: "http_time", factory: backend).recordNanoseconds(1)
        Recorder(label: "http_size", factory: backend).record(1)
        Meter(label: "http_open", factory: backend).set(1)
        backend.flush()
        #expect(recorded.lines == [])
    }
}
