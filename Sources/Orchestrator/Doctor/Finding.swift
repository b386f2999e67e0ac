/// What `doctor` found out about one thing, and what to do about it.
struct Finding: Sendable, Equatable {
    /// How bad it is.
    enum Outcome: String, Sendable, CaseIterable {
        case ok
        /// Works, but not as well as it should, or not for long.
        case warning
        /// A sync cannot work like this.
        case problem
        /// Could not be looked at, for a reason that is a finding of its own.
        case skipped
    }

    /// What was looked at. The raw values are stable: programs read them.
    enum Subject: String, Sendable, CaseIterable {
        case configuration
        case identity = "aws.identity"
        case database
        case privileges = "database.privileges"
        case schema = "database.schema"
        case tables = "database.tables"
        case fields = "database.fields"
        case queue
        case sending = "queue.sending"
        case fifo = "queue.fifo"
        case visibility = "queue.visibility"
        case retention = "queue.retention"
        case throughput = "queue.throughput"
        case messageSize = "queue.message_size"
        case redrive = "queue.redrive"
        case deadLetters = "dead_letters"
        case legacyAPI = "legacy_api"
        case clock
        case workers
        case sync
        case schedule
    }

    let subject: Subject
    let outcome: Outcome
    /// What is so, in one clause.
    let summary: String
    /// What to change; nil when nothing is to be changed.
    let advice: String?

    private init(_ subject: Subject, _ outcome: Outcome, _ summary: String, advice: String?) {
        self.subject = subject
        self.outcome = outcome
        self.summary = summary
        self.advice = advice
    }

    static func ok(_ subject: Subject, _ summary: String) -> Finding { Finding(subject, .ok, summary, advice: nil) }

    static func warning(_ subject: Subject, _ summary: String, advice: String) -> Finding {
        Finding(subject, .warning, summary, advice: advice)
    }

    static func problem(_ subject: Subject, _ summary: String, advice: String?) -> Finding {
        Finding(subject, .problem, summary, advice: advice)
    }

    static func skipped(_ subject: Subject, _ summary: String) -> Finding {
        Finding(subject, .skipped, summary, advice: nil)
    }
}
