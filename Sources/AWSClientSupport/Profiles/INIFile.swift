/// An AWS config or credentials file, read by the rules of the AWS CLI: those of Python's `configparser`, and one level of nesting.
///
/// - A line that is indented deeper than the setting above it continues that setting. The first setting below a section may be
///   indented as it likes.
/// - `#` and `;` begin a comment at the beginning of a line only; after a value they are part of the value.
/// - `=` or `:` ends a name. Names have no case. Section names have, and they keep their white space.
/// - A section or a setting that comes twice, a setting above the first section and a line that is neither are errors.
/// - Settings of `[DEFAULT]` (not `[default]`) are in every section that does not have its own.
///
/// One difference: a byte order mark at the beginning, which Windows editors write, is skipped. The CLI refuses such a file.
/// https://docs.python.org/3/library/configparser.html#supported-ini-file-structure
struct INIFile: Equatable, Sendable {
    enum Value: Equatable, Sendable {
        case text(String)
        /// Settings below a setting without a value, such as those of a service.
        case nested([String: String])
    }

    struct Section: Equatable, Sendable {
        var name: String
        var values: [String: Value]
    }

    /// In the order of the file.
    private(set) var sections: [Section] = []

    init() {}

    /// - Throws: ``INIFileError``, where the CLI could not read the file either.
    init(_ bytes: [UInt8]) throws(INIFileError) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw INIFileError(line: nil, problem: "it is not UTF-8")
        }
        var reader = INIReader()
        for line in Self.lines(text) { try reader.read(line) }
        sections = try reader.finish()
    }

    /// The lines of a text without their ends: line feeds, carriage returns, or both.
    private static func lines(_ text: String) -> [String.UnicodeScalarView.SubSequence] {
        var scalars = text.unicodeScalars[...]
        if scalars.first == "\u{FEFF}" { scalars.removeFirst() }
        var lines: [String.UnicodeScalarView.SubSequence] = []
        while let end = scalars.firstIndex(where: { $0 == "\n" || $0 == "\r" }) {
            lines.append(scalars[..<end])
            let next = scalars.index(after: end)
            let isPair = scalars[end] == "\r" && next < scalars.endIndex && scalars[next] == "\n"
            scalars = scalars[(isPair ? scalars.index(after: next) : next)...]
        }
        lines.append(scalars)
        return lines
    }
}

/// Why a file cannot be read. Holds nothing of the file: it may be a secret.
struct INIFileError: Error, Equatable, CustomStringConvertible {
    /// Counted from 1.
    var line: Int?
    var problem: String

    var description: String { line.map { "line \($0): \(problem)" } ?? problem }
}
