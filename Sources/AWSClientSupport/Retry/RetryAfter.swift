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
        if let seconds = number(text) { return .seconds(seconds) }
        return HTTPDate.unixSeconds(text).map { .seconds(max(0, $0 - now)) }
    }

    private static func number(_ text: String) -> Int64? {
        guard (1...9).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int64(text)
    }
}
