import Hummingbird
import SyncCore
import SyncStorage

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

    /// `true` or `false` in the query.
    /// - Returns: nil when the parameter is absent.
    func boolean(_ name: String) throws(Problem) -> Bool? {
        let values = uri.queryParameters.getAll(name)
        guard let text = values.first else { return nil }
        guard values.count == 1, let value = Bool(String(text)) else {
            throw Problem(.badRequest, "\(name) must be true or false")
        }
        return value
    }

    /// A time in the query, in microseconds since 1970-01-01T00:00:00Z.
    /// - Returns: nil when the parameter is absent.
    func time(_ name: String) throws(Problem) -> Int64? {
        let values = uri.queryParameters.getAll(name)
        guard let text = values.first else { return nil }
        guard values.count == 1, let value = RFC3339.microseconds(String(text)) else {
            throw Problem(.badRequest, "\(name) must be one RFC 3339 time, for example 2026-01-31T12:00:00Z")
        }
        return value
    }

    /// A user's name in the query, where forms and most clients write `+` for a space.
    /// - Returns: nil when the parameter is absent.
    func userName(_ name: String) throws(Problem) -> String? {
        // Hummingbird keeps a malformed escape as plain text, so the query is read here.
        let values = (uri.query ?? "").split(separator: "&").filter { $0.hasPrefix("\(name)=") }
        guard let value = values.first?.dropFirst(name.count + 1) else {
            guard uri.queryParameters.getAll(name).isEmpty else {
                throw Problem(.badRequest, "\(name) has no value")
            }
            return nil
        }
        guard values.count == 1, let text = PercentEncoding.decode(String(value.replacing("+", with: " "))),
            !text.utf8.contains(0)
        else {
            throw Problem(
                .badRequest, "\(name) must be one user name in percent-encoded UTF-8, such as 'next' of the last page")
        }
        return text
    }

    /// `deleted`, `changed_since` and `sync`.
    func userFilter() throws(Problem) -> UserFilter {
        UserFilter(
            deleted: try boolean("deleted"), changedSince: try time("changed_since"),
            syncID: try integer("sync", in: 1...Int64.max))
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
