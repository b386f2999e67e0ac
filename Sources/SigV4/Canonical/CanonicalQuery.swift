/// The query as both sides hash it: names and values decoded and encoded again, then sorted by their encoded form.
struct CanonicalQuery {
    /// Encoded, in the order of the request.
    private var parameters: [(name: String, value: String)] = []

    /// Reads a raw query. A name without `=` has an empty value, nothing between two `&` is no parameter, and `+` is a plus.
    ///
    /// - Throws: ``SigningError/Code/invalidQuery`` or ``SigningError/Code/reservedQueryParameter``.
    init(_ query: String) throws(SigningError) {
        guard !query.isEmpty else { return }
        let bytes = Array(query.utf8)
        guard bytes[0] != UInt8(ascii: "?"), !bytes.contains(UInt8(ascii: "#")) else {
            throw SigningError(
                .invalidQuery, "the query begins with ? or holds #",
                remedy: "give the query without its ? and without a fragment")
        }
        guard !bytes.contains(where: ASCII.isControl) else {
            throw SigningError(.invalidQuery, "the query holds a control character", remedy: "escape it")
        }
        for parameter in bytes.split(separator: UInt8(ascii: "&")) {
            let end = parameter.firstIndex(of: UInt8(ascii: "=")) ?? parameter.endIndex
            let name = PercentEncoding.encoded(PercentEncoding.decoded(parameter[..<end]))
            let value = PercentEncoding.encoded(PercentEncoding.decoded(parameter[end...].dropFirst()))
            guard !Self.reserved.contains(ASCII.lowercased(name)) else {
                throw SigningError(
                    .reservedQueryParameter, "the query already holds \(name)",
                    remedy: "sign the request as it was before it was signed")
            }
            parameters.append((name, value))
        }
    }

    /// Adds a parameter that is not encoded yet.
    mutating func add(_ name: String, _ value: String) {
        parameters.append((PercentEncoding.encoded(name), PercentEncoding.encoded(value)))
    }

    /// The canonical query string.
    var text: String {
        Self.joined(parameters.sorted { ($0.name, $0.value) < ($1.name, $1.value) })
    }

    /// The same parameters as a raw query, in the order of the request.
    var sent: String { Self.joined(parameters) }

    private static func joined(_ parameters: [(name: String, value: String)]) -> String {
        parameters.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
    }

    /// The parameters that a signature adds, in lowercase.
    private static let reserved: Set<String> = [
        "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-expires", "x-amz-signedheaders",
        "x-amz-signature", "x-amz-security-token",
    ]
}
