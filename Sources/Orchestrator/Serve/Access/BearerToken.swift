/// The secret that callers of the HTTP API must show.
struct BearerToken: Sendable, CustomStringConvertible {
    private let bytes: [UInt8]

    /// Characters that a token must have at least: shorter ones can be guessed.
    static let minimumLength = 16

    init(_ token: String) {
        bytes = Array(token.utf8)
    }

    /// Whether an `Authorization` header shows the token (RFC 6750). The time it takes says nothing about where the two differ.
    func isShown(by header: String?) -> Bool {
        guard let header else { return false }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return false }
        return matches(parts[1])
    }

    private func matches(_ candidate: some StringProtocol) -> Bool {
        let candidate = Array(candidate.utf8)
        var difference = candidate.count ^ bytes.count
        // As many steps as the candidate is long, wherever they differ.
        for (index, byte) in candidate.enumerated() {
            difference |= Int(byte ^ (bytes.isEmpty ? 0 : bytes[index % bytes.count]))
        }
        return difference == 0 && !bytes.isEmpty
    }

    /// Never the token: configuration is logged.
    var description: String { "BearerToken" }
}
