import Foundation
import ServiceRuntime
import TestSupport
import Testing

@Suite("The metrics page")
struct MetricsDocumentTests {
    /// The rows of the table of metrics: name, service, unit, kind.
    private func rows() throws -> [[String]] {
        let page = try String(contentsOfFile: "\(packageRoot)/docs/metrics.md", encoding: .utf8)
        var rows: [[String]] = []
        for line in page.split(separator: "\n") where line.hasPrefix("| `") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 5 else { continue }
            rows.append([cells[0].trimmingCharacters(in: ["`"])] + cells[1...3])
        }
        return rows
    }

    @Test("names every metric the programs emit, and no other, with its unit and kind")
    func sameNames() throws {
        let documented = try rows()
        #expect(documented.map { $0[0] } == ServiceMetric.allCases.map(\.rawValue))
        for (row, metric) in zip(documented, ServiceMetric.allCases) {
            #expect(row[2] == metric.unit.rawValue, "\(metric)")
            #expect(row[3] == metric.kind.rawValue, "\(metric)")
            #expect(row[1] == metric.service.rawValue, "\(metric)")
        }
    }
}
