import Hummingbird

/// What `POST /dead-letters/redrive` was told to do.
struct RedriveOrder: Sendable, Equatable {
    /// Only the letters of this sync; nil for all.
    var syncID: Int64?
    var isDryRun = false
    /// How long the answer waits for the batches to be applied: 0 to 30.
    var waitSeconds = 10

    /// - Parameter body: a JSON object; nil when there was no body, which is an order with nothing said.
    /// - Throws: a ``Problem`` that names the member that is wrong. One that is not known is refused: a mistyped `dry_run` must not
    ///   send anything.
    init(_ body: [String: JSONScalar]?) throws(Problem) {
        for (name, value) in body ?? [:] {
            switch (name, value) {
            case ("sync_id", .integer(let id)) where id >= 1:
                syncID = id
            case ("dry_run", .boolean(let isDryRun)):
                self.isDryRun = isDryRun
            case ("wait_seconds", .integer(let seconds)) where (0...30).contains(seconds):
                waitSeconds = Int(seconds)
            case ("sync_id", _):
                throw Problem(.badRequest, "sync_id must be a whole number from 1")
            case ("dry_run", _):
                throw Problem(.badRequest, "dry_run must be true or false")
            case ("wait_seconds", _):
                throw Problem(.badRequest, "wait_seconds must be a whole number from 0 to 30")
            default:
                throw Problem(.badRequest, "there is no member \(name.prefix(64))")
            }
        }
    }
}

/// A JSON value without parts.
enum JSONScalar: Decodable, Sendable, Equatable {
    case boolean(Bool)
    case integer(Int64)
    /// Anything else: nothing that is asked for here.
    case other

    init(from decoder: any Decoder) throws {
        guard let container = try? decoder.singleValueContainer() else {
            self = .other
            return
        }
        if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else {
            self = .other
        }
    }
}
