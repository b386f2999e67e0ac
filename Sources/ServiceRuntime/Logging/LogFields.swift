package import Logging
import SyncCore

/// The fields of one log event, as a person reads them: numbers with separators, times and sizes rounded. Text from outside comes out
/// as one printable line.
package struct LogFields: Sendable {
    private let values: Logger.Metadata

    package init(_ values: Logger.Metadata) {
        self.values = values
    }

    /// Longer ones are cut: the log in another format has all of it.
    private static let longestText = 400

    package func text(_ name: String) -> String? {
        values[name].map { PrintableText.line("\($0)", limit: Self.longestText) }
    }

    /// `3,000`
    package func count(_ name: String) -> String? { number(name).map { Humanized.count($0) } }

    /// `1 user`, `3,000 users`
    package func count(_ name: String, _ one: String, _ many: String) -> String? {
        number(name).map { "\(Humanized.count($0)) \($0 == 1 ? one : many)" }
    }

    /// `1.2 MB`
    package func bytes(_ name: String) -> String? { number(name).map { Humanized.bytes(Int64($0)) } }

    /// `0.4 s`, from what a `Duration` says of itself.
    package func duration(_ name: String) -> String? {
        guard let text = values[name].map({ "\($0)" }), text.hasSuffix(" seconds"),
            let seconds = Double(text.dropLast(" seconds".count))
        else { return nil }
        return Humanized.duration(.seconds(seconds))
    }

    /// `0.4 s`, from whole milliseconds.
    package func milliseconds(_ name: String) -> String? {
        number(name).map { Humanized.duration(.milliseconds($0)) }
    }

    /// Everything but the names given, as `batch 7, took 0.4 s`.
    func rest(without known: Set<String>) -> String {
        values.keys.filter { !known.contains($0) }.sorted().map { name in
            let shown = duration(name) ?? count(name) ?? text(name) ?? ""
            return "\(name.replacing("_", with: " ")) \(shown)"
        }.joined(separator: ", ")
    }

    private func number(_ name: String) -> Int? { values[name].flatMap { Int("\($0)") } }
}
