import CoreMetrics
import ServiceRuntime
import TestSupport
import Testing

@Suite("The embedded metric format, by a validator that is not ours")
struct EMFSchemaIntegrationTests {
    @Test("every document the backend can write keeps the published rules")
    func anyDocument() async throws {
        let recorded = RecordedLines()
        let backend = recorded.backend()
        var random = SeededGenerator(seed: 7)
        for _ in 0..<50 {
            for metric in ServiceMetric.allCases where Bool.random(using: &random) {
                measure(metric, backend, &random)
            }
            backend.flush()
        }
        #expect(recorded.lines.count > 50)
        #expect(try await EMFSchema.problems(in: recorded.lines) == [])
    }

    private func measure(_ metric: ServiceMetric, _ backend: EMFBackend, _ random: inout SeededGenerator) {
        switch metric.kind {
        case .counter:
            Counter(label: metric.rawValue, factory: backend).increment(by: Int.random(in: 0...9, using: &random))
        case .gauge:
            Gauge(label: metric.rawValue, factory: backend).record(Double.random(in: 0...1e9, using: &random))
        case .distribution:
            let recorder = Recorder(label: metric.rawValue, factory: backend)
            for _ in 0..<Int.random(in: 1...250, using: &random) {
                recorder.record(Double.random(in: -1e-12...1e15, using: &random))
            }
        }
    }

    @Test(
        "the validator sees what is wrong",
        arguments: [
            "no JSON", "{}", #"{"_aws":{"Timestamp":1,"CloudWatchMetrics":[]}}"#,
            Self.document(unit: "Apples"), Self.document(value: #""7""#), Self.document(value: "[]"),
            Self.document(value: "[\(Array(repeating: "1", count: 101).joined(separator: ","))]"),
            Self.document(service: "7"), Self.document(name: ""),
        ])
    func refusals(line: String) async throws {
        #expect(try await EMFSchema.problems(in: [Self.document(), line]).allSatisfy { $0.hasPrefix("line 2: ") })
        #expect(try await !EMFSchema.problems(in: [line]).isEmpty)
    }

    private static func document(
        unit: String = "Count", value: String = "7", service: String = #""worker""#, name: String = "N"
    ) -> String {
        #"{"_aws":{"Timestamp":1,"CloudWatchMetrics":[{"Namespace":"UserSync","Dimensions":[["Service"]],"#
            + #""Metrics":[{"Name":"\#(name)","Unit":"\#(unit)"}]}]},"Service":\#(service),"\#(name)":\#(value)}"#
    }
}
