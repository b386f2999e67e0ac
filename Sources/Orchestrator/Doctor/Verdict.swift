/// Whether all is well, in one word and one line, and what to do next. Decided from findings alone.
struct Verdict: Sendable, Equatable {
    /// The raw values are stable: programs read them.
    enum State: String, Sendable, CaseIterable {
        case ok
        /// A sync can work, and a person should look.
        case attention
        /// A sync cannot work.
        case problem
    }

    let state: State
    /// A few words.
    let headline: String
    /// The finding that decided; nil when all is well.
    let lead: Finding?

    /// What to do next; nil when nothing is to be done.
    let nextStep: String?

    /// - Parameters:
    ///   - findings: of all subjects that were looked at.
    ///   - newest: the newest sync; nil when none has run, or that is not known.
    init(_ findings: [Finding], newest: Newest?) {
        lead = Self.lead(findings)
        switch lead?.outcome {
        case .problem: state = .problem
        case .warning: state = .attention
        case .ok, .skipped, nil: state = .ok
        }
        nextStep = lead == nil && newest == nil ? "start the first sync" : lead?.advice
        headline = lead.map { Self.headline($0, newest) } ?? Self.allIsWell(newest)
    }

    /// What a headline says of the newest sync.
    enum Newest: Sendable, Equatable {
        case underWay(Int64)
        case completed(Int64)
        case failed(Int64)
    }

    /// The first problem, as causes come before consequences in the order of the subjects. Else the warning that matters most.
    private static func lead(_ findings: [Finding]) -> Finding? {
        func first(_ outcome: Finding.Outcome, _ subjects: [Finding.Subject]) -> Finding? {
            subjects.lazy.compactMap { subject in
                findings.first { $0.subject == subject && $0.outcome == outcome }
            }.first
        }
        return first(.problem, Finding.Subject.allCases) ?? first(.warning, urgent)
    }

    /// The subjects whose warnings need a person now, the most telling first. A warning about another one is advice on how the service
    /// is set up: it stays until somebody changes that, and a verdict that never is `ok` would soon be ignored.
    static let urgent: [Finding.Subject] = [
        .sync, .deadLetters, .workers, .schedule, .legacyAPI, .sending, .clock,
    ]

    private static func allIsWell(_ newest: Newest?) -> String {
        switch newest {
        case .underWay(let id): "All is well: sync \(id) is running"
        case .completed: "All is well"
        case .failed(let id): "Sync \(id) failed"
        case nil: "Ready for the first sync"
        }
    }

    private static func headline(_ lead: Finding, _ newest: Newest?) -> String {
        let isProblem = lead.outcome == .problem
        switch lead.subject {
        case .sync:
            switch newest {
            case .failed(let id): return "Sync \(id) failed"
            case .underWay(let id): return "Sync \(id) stands still"
            case .completed, nil: return "No sync has completed for too long"
            }
        case .database, .privileges, .schema, .tables:
            return isProblem ? "The database cannot be used" : "The database needs a look"
        case .fields: return isProblem ? "The extra fields do not match" : "The extra fields need a look"
        case .queue, .sending, .fifo, .visibility, .retention, .throughput, .messageSize, .redrive:
            return isProblem ? "The queue cannot be used" : "The queue needs a look"
        case .deadLetters: return isProblem ? "The dead-letter queue cannot be used" : "Dead letters need a look"
        case .legacyAPI: return isProblem ? "The source cannot be read" : "The source limits calls"
        case .clock: return "The clock of this host is wrong"
        case .workers: return "No worker is connected"
        case .schedule: return "The last scheduled sync did not start"
        case .configuration, .identity: return isProblem ? "The settings do not work" : "The settings need a look"
        }
    }
}
