import AWSClientSupport

/// What a worker tells of its condition: the content of its health file.
///
/// The moment is told by the wall clock, which the process that reads shares. Everything else is told by lengths of time, which no step
/// of that clock can change.
struct HealthReport: Sendable, Equatable {
    /// What a worker makes of a health check.
    enum Condition: Sendable, Equatable {
        case well
        /// It is alive, and waits for something that a restart does not bring.
        case waiting(String)
        /// It is gone or it hangs: it has to be replaced.
        case dead(String)
    }

    /// What the worker waits for.
    struct Waiting: Sendable, Equatable {
        let dependency: String
        let seconds: Int
        /// The newest failure, without secrets and without data of users.
        let reason: String
    }

    /// Milliseconds since 1970.
    let writtenAt: Int64
    /// Nil when it waits for nothing.
    let waiting: Waiting?
    /// Seconds since the consumer that has been silent longest finished a step.
    let silentFor: Int

    /// A report that is older comes from a worker that is gone, or that hangs as a whole.
    private static let longestAge = 30_000

    /// - Parameters:
    ///   - now: milliseconds since 1970.
    ///   - limit: seconds for which a consumer may be silent.
    func condition(at now: Int64, limit: Int) -> Condition {
        // A clock that was set back makes a report look as if it came from the future: how old it is cannot be known then.
        let age = abs(now - writtenAt)
        if age > Self.longestAge {
            return .dead("the worker last reported \(age / 1000) s ago: it is gone, or it hangs")
        }
        if silentFor > limit { return .dead("a consumer has not finished a step for \(silentFor) s: it hangs") }
        guard let waiting else { return .well }
        return .waiting("waiting for the \(waiting.dependency) for \(waiting.seconds) s: \(waiting.reason)")
    }

    // MARK: The file

    var json: [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("written_at_ms", Int(writtenAt))
        if let waiting {
            json.member("waiting_for", waiting.dependency)
            json.member("waiting_s", waiting.seconds)
            json.member("reason", waiting.reason)
        }
        json.member("silent_for_s", silentFor)
        json.endObject()
        return json.bytes
    }

    init(writtenAt: Int64, waiting: Waiting?, silentFor: Int) {
        self.writtenAt = writtenAt
        self.waiting = waiting
        self.silentFor = silentFor
    }

    /// A document that lacks what every report has.
    struct Incomplete: Error {}

    /// - Throws: `JSONError` or ``Incomplete`` when it is no report.
    init(json bytes: [UInt8]) throws {
        var numbers: [String: Int64] = [:]
        var texts: [String: String] = [:]
        var reader = try JSONReader(bytes, limits: .init(maximumBytes: 64 << 10))
        try reader.readObject { member, reader throws(JSONError) in
            switch reader.peek() {
            case .number: numbers[member] = try reader.readInteger()
            case .string: texts[member] = try reader.readString()
            default: try reader.skipValue()
            }
        }
        try reader.finish()
        guard let writtenAt = numbers["written_at_ms"], let silentFor = numbers["silent_for_s"] else {
            throw Incomplete()
        }
        var waiting: Waiting?
        if let dependency = texts["waiting_for"], let seconds = numbers["waiting_s"] {
            waiting = Waiting(dependency: dependency, seconds: Int(seconds), reason: texts["reason"] ?? "")
        }
        self.init(writtenAt: writtenAt, waiting: waiting, silentFor: Int(silentFor))
    }
}
