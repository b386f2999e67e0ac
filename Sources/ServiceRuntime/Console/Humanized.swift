/// Numbers as people read them.
package enum Humanized {
    /// `1,234,567`
    package static func count(_ value: Int) -> String {
        var digits = Array(String(value.magnitude))
        var position = digits.count - 3
        while position > 0 {
            digits.insert(",", at: position)
            position -= 3
        }
        return (value < 0 ? "-" : "") + String(digits)
    }

    /// `950 B`, `61.2 MB`: powers of 1000, three or four digits.
    package static func bytes(_ value: Int64) -> String {
        let units = ["B", "kB", "MB", "GB", "TB", "PB"]
        var scaled = Double(max(0, value))
        var unit = 0
        while scaled >= 999.95, unit < units.count - 1 {
            scaled /= 1000
            unit += 1
        }
        return unit == 0 ? "\(value) B" : "\(tenths(scaled)) \(units[unit])"
    }

    /// `0.4 s`, `42.0 s`, `3m 05s`, `1h 02m`, `3d 04h`
    package static func duration(_ duration: Duration) -> String {
        let seconds = max(0, duration / .seconds(1))
        if seconds < 59.95 { return "\(tenths(seconds)) s" }
        let whole = Int(seconds.rounded())
        if whole < 3600 { return "\(whole / 60)m \(twoDigits(whole % 60))s" }
        if whole < 86_400 { return "\(whole / 3600)h \(twoDigits(whole % 3600 / 60))m" }
        return "\(whole / 86_400)d \(twoDigits(whole % 86_400 / 3600))h"
    }

    /// The same without tenths, for a number that is an estimate: `4 s`, `3m 05s`.
    package static func roughly(_ duration: Duration) -> String {
        let seconds = max(0, duration / .seconds(1))
        return seconds < 59.5 ? "\(Int(seconds.rounded())) s" : Self.duration(duration)
    }

    private static func tenths(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    private static func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
