import Logging
import SyncCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Renders one log event as one line, without the line's end; pure, so that the formats are tested without a stream.
struct LogLine {
    let date: Date
    let level: Logger.Level
    let label: String
    let message: String
    let metadata: [(key: String, value: Logger.MetadataValue)]

    /// One JSON object: `timestamp`, `level`, `logger`, `message`, then the metadata in the order of its names.
    var json: String {
        var line = "{"
        Self.append(key: "timestamp", string: Self.timestamp(date), to: &line)
        line += ","
        Self.append(key: "level", string: level.rawValue, to: &line)
        line += ","
        Self.append(key: "logger", string: label, to: &line)
        line += ","
        Self.append(key: "message", string: message, to: &line)
        for (key, value) in metadata {
            line += ","
            Self.append(string: key, to: &line)
            line += ":"
            Self.append(value, to: &line)
        }
        return line + "}"
    }

    /// `2026-01-31T12:00:00.000Z info  worker: batch applied sync=42 batch=7`
    var text: String {
        var line = Self.timestamp(date)
        line += " "
        line += level.rawValue.padding(toWidth: 8)
        line += " \(label): \(Self.singleLine(message))"
        for (key, value) in metadata {
            line += " \(key)=\(Self.singleLine("\(value)"))"
        }
        return line
    }

    private static func timestamp(_ date: Date) -> String {
        date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// The longest value of one field, in characters: a message from outside must not fill a disk.
    private static let longestValue = PrintableText.messageLength

    /// A line is one event: text from outside must not be able to forge a second one.
    private static func singleLine(_ text: String) -> String {
        PrintableText.line(text.replacing("\r", with: "\\r").replacing("\n", with: "\\n"), limit: longestValue)
    }

    private static func append(key: String, string: String, to line: inout String) {
        append(string: key, to: &line)
        line += ":"
        append(string: string, to: &line)
    }

    /// Numbers and booleans that were logged as such stay so, to be compared and summed by the collector.
    private static func append(_ value: Logger.MetadataValue, to line: inout String) {
        switch value {
        case .string(let string):
            append(string: string, to: &line)
        case .stringConvertible(let value):
            switch value {
            case let number as any BinaryInteger: line += number.description
            case let flag as Bool: line += flag ? "true" : "false"
            case let number as Double where number.isFinite: line += "\(number)"
            default: append(string: value.description, to: &line)
            }
        case .array(let values):
            line += "["
            for (index, element) in values.enumerated() {
                if index > 0 { line += "," }
                append(element, to: &line)
            }
            line += "]"
        case .dictionary(let values):
            line += "{"
            for (index, (key, element)) in values.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { line += "," }
                append(string: key, to: &line)
                line += ":"
                append(element, to: &line)
            }
            line += "}"
        }
    }

    /// A JSON string of printable characters only: the others are escaped, so that no terminal obeys one.
    private static func append(string: String, to line: inout String) {
        line += "\""
        var count = 0
        for scalar in string.unicodeScalars {
            guard count < longestValue else {
                line += "…"
                break
            }
            count += 1
            switch scalar {
            case "\"": line += "\\\""
            case "\\": line += "\\\\"
            case "\n": line += "\\n"
            case "\r": line += "\\r"
            case "\t": line += "\\t"
            case _ where PrintableText.isPrintable(scalar): line.unicodeScalars.append(scalar)
            default: line += PrintableText.jsonEscape(scalar)
            }
        }
        line += "\""
    }
}

extension String {
    fileprivate func padding(toWidth width: Int) -> String {
        count >= width ? self : self + String(repeating: " ", count: width - count)
    }
}
