/// Makes text from outside fit for a log line.
package enum ErrorText {
    /// One line of printable text: control and format characters become spaces, runs of white space one space.
    package static func oneLine(_ text: String, maximumCharacters: Int) -> String {
        var result = ""
        var length = 0
        var pendingSpace = false
        for scalar in text.unicodeScalars {
            guard isPrintable(scalar) else {
                pendingSpace = !result.isEmpty
                continue
            }
            guard length < maximumCharacters else { return result + "…" }
            if pendingSpace {
                result.unicodeScalars.append(" ")
                pendingSpace = false
                length += 1
            }
            result.unicodeScalars.append(scalar)
            length += 1
        }
        return result
    }

    /// A request's ID as a service gives it, which is text from outside like any other.
    static func requestID(_ text: String) -> String { oneLine(text, maximumCharacters: 100) }

    /// Cuts off the copy of the signed request that some services add: it holds the session token. Whatever words come before it, it has
    /// the names of the headers that hold secrets.
    static func withoutCanonicalRequest(_ message: String) -> String {
        let lowercased = message.lowercased()
        guard lowercased.unicodeScalars.count == message.unicodeScalars.count else {
            return requestMarkers.contains(where: lowercased.contains) ? "(left out: it repeats the request)" : message
        }
        let start = requestMarkers.compactMap { lowercased.firstRange(of: $0)?.lowerBound }.min()
        guard let start else { return message }
        let kept = lowercased.unicodeScalars.distance(from: lowercased.startIndex, to: start)
        return String(String.UnicodeScalarView(message.unicodeScalars.prefix(kept)))
    }

    private static let requestMarkers = [
        "the canonical string for this request", "the string-to-sign should have been", "x-amz-security-token",
        "authorization:", "authorization\"", "aws4-hmac-sha256 credential",
    ]

    /// The body's SHA-256 in a message that repeats the canonical request, of which it is the last line.
    static func canonicalPayloadHash(in message: String) -> String? {
        guard let start = message.firstRange(of: "The Canonical String for this request") else { return nil }
        let rest = message[start.upperBound...]
        let end = rest.firstRange(of: "The String-to-Sign")?.lowerBound ?? rest.endIndex
        let isHexadecimal = { (character: Character) in character.isASCII && character.isHexDigit }
        return rest[..<end].split(whereSeparator: { !isHexadecimal($0) }).last { $0.count == 64 }.map {
            $0.lowercased()
        }
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            false
        default: true
        }
    }
}
