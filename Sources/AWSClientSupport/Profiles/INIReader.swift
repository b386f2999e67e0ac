/// Reads a file line by line; see ``INIFile`` for the rules.
struct INIReader {
    private typealias Scalars = String.UnicodeScalarView.SubSequence

    /// A section while its settings are being collected, each as the lines of its value.
    private struct Collected {
        var name: String
        var values: [String: [String]] = [:]
    }

    private var sections: [Collected] = []
    private var common = Collected(name: "DEFAULT")
    /// The section that settings go to: an index, or `common`.
    private var current: Current?
    private var setting: String?
    /// How far the setting or section above is indented.
    private var indentation = 0
    private var line = 0

    private enum Current: Equatable {
        case common
        case section(Int)
    }

    mutating func read(_ scalars: String.UnicodeScalarView.SubSequence) throws(INIFileError) {
        line += 1
        let text = scalars.trimmed
        guard let first = text.first else { return append("") }
        guard first != "#", first != ";" else { return }
        let indentation = scalars.prefix(while: \.isPythonSpace).count
        if setting != nil, indentation > self.indentation { return append(String(text)) }
        self.indentation = indentation
        if first == "[", let end = text.lastIndex(of: "]"), text.distance(from: text.startIndex, to: end) > 1 {
            return try open(String(text[text.index(after: text.startIndex)..<end]))
        }
        try readSetting(text)
    }

    /// The sections with their settings as text, or as nested settings where there are any.
    mutating func finish() throws(INIFileError) -> [INIFile.Section] {
        var finished: [INIFile.Section] = []
        for section in sections {
            var values: [String: INIFile.Value] = [:]
            for (name, lines) in common.values.merging(section.values, uniquingKeysWith: { $1 }) {
                values[name] = try value(lines)
            }
            finished.append(INIFile.Section(name: section.name, values: values))
        }
        return finished
    }

    private mutating func open(_ name: String) throws(INIFileError) {
        setting = nil
        guard name != common.name else { return current = .common }
        guard !sections.contains(where: { $0.name == name }) else { throw error("a section that is there twice") }
        sections.append(Collected(name: name))
        current = .section(sections.count - 1)
    }

    private mutating func readSetting(_ text: Scalars) throws(INIFileError) {
        guard let current else { throw error("a setting above the first section") }
        guard let end = text.firstIndex(where: { $0 == "=" || $0 == ":" }) else {
            throw error("neither a section nor a setting")
        }
        let name = String(text[..<end].trimmed).lowercased()
        guard !name.isEmpty else { throw error("a setting without a name") }
        guard values(of: current)[name] == nil else { throw error("a setting that is there twice") }
        setting = name
        store([String(text[text.index(after: end)...].trimmed)], as: name, in: current)
    }

    /// Adds a line to the value of the setting above, if there is one.
    private mutating func append(_ text: String) {
        guard let current, let setting, let lines = values(of: current)[setting] else { return }
        store(lines + [text], as: setting, in: current)
    }

    private func values(of place: Current) -> [String: [String]] {
        switch place {
        case .common: common.values
        case .section(let index): sections[index].values
        }
    }

    private mutating func store(_ lines: [String], as name: String, in place: Current) {
        switch place {
        case .common: common.values[name] = lines
        case .section(let index): sections[index].values[name] = lines
        }
    }

    private func value(_ lines: [String]) throws(INIFileError) -> INIFile.Value {
        let text = String(lines.joined(separator: "\n").unicodeScalars[...].trimmedAtEnd)
        guard text.unicodeScalars.first == "\n" else { return .text(text) }
        var nested: [String: String] = [:]
        for line in text.unicodeScalars.split(whereSeparator: \.isPythonLineEnd) {
            let line = line.trimmed
            guard !line.isEmpty else { continue }
            guard let equals = line.firstIndex(of: "=") else {
                throw INIFileError(line: nil, problem: "a nested setting lacks its =")
            }
            nested[String(line[..<equals].trimmed)] = String(line[line.index(after: equals)...].trimmed)
        }
        return .nested(nested)
    }

    private func error(_ problem: String) -> INIFileError { INIFileError(line: line, problem: problem) }
}

extension Unicode.Scalar {
    /// What Python's `str.isspace` calls white space.
    var isPythonSpace: Bool {
        switch value {
        case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    /// Where Python's `str.splitlines` ends a line.
    var isPythonLineEnd: Bool {
        switch value {
        case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }
}

extension String.UnicodeScalarView.SubSequence {
    var trimmed: Self { drop(while: \.isPythonSpace).trimmedAtEnd }

    var trimmedAtEnd: Self {
        guard let last = lastIndex(where: { !$0.isPythonSpace }) else { return self[endIndex...] }
        return self[...last]
    }
}
