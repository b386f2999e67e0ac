/// What a server asks for in `Retry-After` (RFC 9110, section 10.2.3) or in AWS's own `x-amz-retry-after`.
package enum RetryAfter {
    /// - Parameters:
    ///   - header: The response's header of a name, case-insensitively.
    ///   - now: This host's clock, in seconds since 1970.
    package static func duration(header: (String) -> String?, now: Int64) -> Duration? {
        if let text = header("x-amz-retry-after"), let milliseconds = number(text) {
            return .milliseconds(milliseconds)
        }
        guard let text = header("retry-after") else { return nil }
        if let seconds = seconds(text) { return .seconds(seconds) }
        return HTTPDate.unixSeconds(text).map { .seconds(max(0, $0 - now)) }
    }

    /// Whole seconds of a number that may have a fraction, rounded up: coming back early is what the server asked not to be done.
    private static func seconds(_ text: String) -> Int64? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, !first.isEmpty, first.utf8.allSatisfy(isDigit) else { return nil }
        let fraction = parts.count == 2 ? parts[1] : "0"
        guard !fraction.isEmpty, fraction.utf8.allSatisfy(isDigit) else { return nil }
        let isWhole = fraction.allSatisfy { $0 == "0" }
        // Any number of digits: the caller refuses a wait of centuries.
        let whole = min(Int64(first) ?? longest, longest)
        return isWhole ? whole : whole + 1
    }

    private static let longest: Int64 = 999_999_999

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func number(_ text: String) -> Int64? {
        guard (1...9).contains(text.utf8.count), text.utf8.allSatisfy(isDigit) else {
            return nil
        }
        return Int64(text)
    }
}
