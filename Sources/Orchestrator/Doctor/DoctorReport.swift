import ServiceRuntime

/// What `doctor` found, as people and programs read it.
struct DoctorReport: Sendable {
    let findings: [Finding]

    /// Whether a sync can work; warnings are no hindrance.
    var isHealthy: Bool { !findings.contains { $0.outcome == .problem } }

    func lines(_ page: OutputPage) -> [String] {
        let outcomeWidth = 9
        let subjectWidth = 2 + (findings.map { $0.subject.rawValue.count }.max() ?? 0)
        let indentation = String(repeating: " ", count: outcomeWidth + subjectWidth)
        let width = page.width.map { max(20, $0 - indentation.count) + 1 }
        func wrap(_ text: String) -> [String] {
            let text = TextWidth.printable(text)
            return width.map { SyncSummary.wrap(text, columns: $0) } ?? [text]
        }
        var lines: [String] = []
        for finding in findings {
            let outcome = pad(finding.outcome.rawValue, outcomeWidth)
            let head = styled(outcome, finding.outcome, page.style) + pad(finding.subject.rawValue, subjectWidth)
            let texts = wrap(finding.summary) + (finding.advice.map { wrap("-> \($0)") } ?? [])
            lines += texts.enumerated().map { ($0 == 0 ? head : indentation) + $1 }
        }
        return lines + ["", page.style.bold(verdict)]
    }

    private var verdict: String {
        func count(_ outcome: Finding.Outcome, _ name: String) -> String? {
            let count = findings.count { $0.outcome == outcome }
            return count == 0 ? nil : "\(count) \(name)\(count == 1 ? "" : "s")"
        }
        let counts = [count(.problem, "problem"), count(.warning, "warning")].compactMap { $0 }
        return counts.isEmpty ? "all is well" : counts.joined(separator: ", ")
    }

    private func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }

    private func styled(_ text: String, _ outcome: Finding.Outcome, _ style: TextStyle) -> String {
        switch outcome {
        case .ok: style.good(text)
        case .warning: style.notable(text)
        case .problem: style.bad(text)
        case .skipped: style.dim(text)
        }
    }
}

/// The stable JSON form.
extension DoctorReport: Encodable {
    private enum CodingKeys: String, CodingKey {
        case healthy, findings
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(isHealthy, forKey: .healthy)
        try container.encode(findings, forKey: .findings)
    }
}

extension Finding: Encodable {
    private enum CodingKeys: String, CodingKey {
        case subject, outcome, summary, advice
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(subject.rawValue, forKey: .subject)
        try container.encode(outcome.rawValue, forKey: .outcome)
        try container.encode(summary, forKey: .summary)
        // null rather than absent: readers find every field in every finding.
        try container.encode(advice, forKey: .advice)
    }
}
