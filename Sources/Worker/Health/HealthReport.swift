import AWSClientSupport

/// What a worker tells of its condition: the content of its health file.
///
/// The moment is told by the wall clock, which the process that reads shares; everything else by lengths of time, which no step
/// of that clock can change.
struct HealthReport: Sendable, Equatable {
    /// Milliseconds since 1970.
    let writtenAt: Int64
    /// For how many seconds every poll has failed; nil when the last one did not.
    let pollingFailsFor: Int?
    /// For how many seconds the database has not been available; nil when it was at last.
    let databaseFailsFor: Int?
    /// Seconds since the consumer that has been silent longest finished a step.
    let silentFor: Int

    /// A report that is older comes from a worker that is gone, or that hangs as a whole.
    private static let longestAge = 30_000

    /// Why the worker counts as dead; nil when it is well.
    /// - Parameters:
    ///   - now: milliseconds since 1970.
    ///   - limit: seconds for which polling or the database may fail, or a consumer be silent.
    func problem(at now: Int64, limit: Int) -> String? {
        // A clock that was set back makes a report look as if it came from the future: how old it is cannot be known then.
        let age = abs(now - writtenAt)
        if age > Self.longestAge { return "the worker last reported \(age / 1000) s ago: it is gone, or it hangs" }
        if let seconds = pollingFailsFor, seconds > limit { return "polling the queue has failed for \(seconds) s" }
        if let seconds = databaseFailsFor, seconds > limit {
            return "the database has not been available for \(seconds) s"
        }
        if silentFor > limit { return "a consumer has not finished a step for \(silentFor) s: it hangs" }
        return nil
    }

    // MARK: The file

    var json: [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("written_at_ms", Int(writtenAt))
        if let pollingFailsFor { json.member("polling_fails_for_s", pollingFailsFor) }
        if let databaseFailsFor { json.member("database_fails_for_s", databaseFailsFor) }
        json.member("silent_for_s", silentFor)
        json.endObject()
        return json.bytes
    }

    init(writtenAt: Int64, pollingFailsFor: Int?, databaseFailsFor: Int?, silentFor: Int) {
        self.writtenAt = writtenAt
        self.pollingFailsFor = pollingFailsFor
        self.databaseFailsFor = databaseFailsFor
        self.silentFor = silentFor
    }

    /// A document that lacks what every report has.
    struct Incomplete: Error {}

    /// - Throws: `JSONError` or ``Incomplete`` when it is no report.
    init(json bytes: [UInt8]) throws {
        var values: [String: Int64] = [:]
        var reader = try JSONReader(bytes, limits: .init(maximumBytes: 64 << 10))
        try reader.readObject { member, reader throws(JSONError) in
            if reader.peek() == .number { values[member] = try reader.readInteger() } else { try reader.skipValue() }
        }
        try reader.finish()
        guard let writtenAt = values["written_at_ms"], let silentFor = values["silent_for_s"] else {
            throw Incomplete()
        }
        self.init(
            writtenAt: writtenAt, pollingFailsFor: values["polling_fails_for_s"].map { Int($0) },
            databaseFailsFor: values["database_fails_for_s"].map { Int($0) }, silentFor: Int(silentFor))
    }
}
