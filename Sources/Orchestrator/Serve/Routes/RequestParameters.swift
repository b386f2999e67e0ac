import Hummingbird

/// Reads parameters strictly: what is malformed is an error that names it, never silently the default.
extension Request {
    /// A whole number of the query.
    /// - Returns: nil when the parameter is absent.
    func integer(_ name: String, in range: ClosedRange<Int64>) throws(Problem) -> Int64? {
        let values = uri.queryParameters.getAll(name)
        guard let text = values.first else { return nil }
        guard values.count == 1, let value = Int64(text), range.contains(value) else {
            throw Problem(
                .badRequest, "\(name) must be one whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// How many rows a page may have.
    func pageLimit(_ defaultValue: Int64) throws(Problem) -> Int {
        Int(try integer("limit", in: 1...1000) ?? defaultValue)
    }

    /// Refuses what the endpoint does not know: a mistyped parameter must not do something else than was meant.
    func allowsQuery(_ names: String...) throws(Problem) {
        for (key, _) in uri.queryParameters where !names.contains(String(key)) {
            throw Problem(.badRequest, "there is no query parameter \(key.prefix(64))")
        }
    }
}

extension Parameters {
    /// The id of a sync.
    func syncID() throws(Problem) -> Int64 {
        guard let text = get("id"), let id = Int64(text), id > 0 else {
            throw Problem(.badRequest, "the id of a sync is a whole number from 1")
        }
        return id
    }

    /// A part of the path as it was before it was percent-encoded.
    func decoded(_ name: String) throws(Problem) -> String {
        guard let text = get(name).flatMap(PercentEncoding.decode) else {
            throw Problem(.badRequest, "the path is not percent-encoded UTF-8")
        }
        return text
    }
}
