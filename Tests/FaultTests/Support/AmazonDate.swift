import Foundation

/// Dates as they stand in headers.
enum AmazonDate {
    /// Reads `X-Amz-Date`, as in `20260102T030405Z`.
    static func parse(_ text: String) -> Date? {
        formatter("yyyyMMdd'T'HHmmss'Z'").date(from: text)
    }

    /// Writes `Date` or `Retry-After`, as in `Fri, 02 Jan 2026 03:04:05 GMT`.
    static func http(_ date: Date) -> String {
        formatter("EEE, dd MMM yyyy HH:mm:ss 'GMT'").string(from: date)
    }

    private static func formatter(_ format: String) -> DateFormatter {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = format
        return formatter
    }
}
