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

    /// Cuts off the copy of the signed request that some services add: it holds the session token. Whatever words introduce it, the names
    /// of the headers with secrets are in it.
    static func withoutCanonicalRequest(_ message: String) -> String {
        // ASCII only, so that an offset here is one in the message.
        let lowercase = message.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        let starts = requestMarkers.compactMap { lowercase.firstRange(of: Array($0.utf8))?.lowerBound }
        return String(decoding: message.utf8.prefix(starts.min() ?? .max), as: UTF8.self)
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
