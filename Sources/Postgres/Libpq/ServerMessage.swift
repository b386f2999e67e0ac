/// Reads what libpq says in one block of text, where it offers no separate fields.
enum ServerMessage {
    /// The first line that is not empty, without surrounding blanks.
    static func firstLine(_ text: String) -> String? {
        for line in text.split(whereSeparator: \.isNewline) {
            let trimmed = trim(line)
            if !trimmed.isEmpty { return trimmed }
        }
        return nil
    }

    /// What a failed connection attempt reported.
    struct ConnectFailure: Equatable {
        var sqlState: String?
        var message: String
    }

    /// Reads the report of a failed attempt at one address, made with `PQERRORS_VERBOSE`.
    ///
    /// While connecting, libpq offers the SQLSTATE in no other way. Each try gives a line such as `connection to server at "db"
    /// (10.0.0.1), port 5432 failed: FATAL:  53300: sorry, too many clients already`, and may be followed by DETAIL, HINT and
    /// LOCATION lines, which are dropped. Two lines come of one address when libpq has tried it with and without encryption. The
    /// last SQLSTATE counts.
    ///
    /// - Parameter names: what the message must not show. Quoted text goes as well: a name or a path.
    static func connectFailure(_ text: String, hiding names: [String] = []) -> ConnectFailure {
        var sqlState: String?
        var lines: [String] = []
        for line in text.split(whereSeparator: \.isNewline) {
            var line = trim(line)
            let begins = line.hasPrefix("connection to server")
            if begins, let end = line.range(of: " failed: ") { line = String(line[end.upperBound...]) }
            if let (code, range) = sqlStateInside(line) {
                sqlState = code
                line.removeSubrange(range)
            } else {
                guard begins || lines.isEmpty else { continue }
            }
            line = Self.line(withoutQuotedText(line), without: names)
            if !line.isEmpty, !lines.contains(line) { lines.append(line) }
        }
        return ConnectFailure(
            sqlState: sqlState, message: lines.isEmpty ? "no reason given" : lines.joined(separator: "; "))
    }

    /// libpq says what is wrong with a certificate's name between the two names that it quotes. That much stays.
    private static func withoutQuotedText(_ line: String) -> String {
        let mismatch = "does not match host name"
        let text = SQLState.withoutQuotedText(line)
        guard line.hasPrefix("server certificate for"), line.contains(mismatch) else { return text }
        return "\(text) \(mismatch)"
    }

    /// `line` with every whole word that is one of `names` replaced by `…`.
    private static func line(_ line: String, without names: [String]) -> String {
        var line = line
        for name in names.sorted(by: { $0.utf8.count > $1.utf8.count }) where !name.isEmpty {
            var start = line.startIndex
            while let range = line.range(of: name, in: start) {
                let before = range.lowerBound == line.startIndex ? nil : line[line.index(before: range.lowerBound)]
                let after = range.upperBound == line.endIndex ? nil : line[range.upperBound]
                guard !isWordPart(before), !isWordPart(after) else {
                    start = line.index(after: range.lowerBound)
                    continue
                }
                let offset = line.utf8.distance(from: line.startIndex, to: range.lowerBound)
                line.replaceSubrange(range, with: "…")
                start = line.utf8.index(line.startIndex, offsetBy: offset + "…".utf8.count)
            }
        }
        return line
    }

    private static func isWordPart(_ character: Character?) -> Bool {
        character.map { $0.isLetter || $0.isNumber } ?? false
    }

    /// Finds `<two blanks>SSSSS:<blank>`, the place of a SQLSTATE after the severity.
    private static func sqlStateInside(_ line: String) -> (code: String, range: Range<String.Index>)? {
        let bytes = Array(line.utf8)
        guard bytes.count > 9 else { return nil }
        for start in 0..<(bytes.count - 8)
        where bytes[start] == 0x3A && bytes[start + 1] == 0x20 && bytes[start + 2] == 0x20 && bytes[start + 8] == 0x3A {
            let code = bytes[(start + 3)..<(start + 8)]
            guard code.allSatisfy({ (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }) else { continue }
            let utf8 = line.utf8
            let lower = utf8.index(utf8.startIndex, offsetBy: start + 1)
            let upper = utf8.index(utf8.startIndex, offsetBy: start + 9)
            return (String(decoding: code, as: UTF8.self), lower..<upper)
        }
        return nil
    }

    private static func trim(_ line: Substring) -> String {
        var line = line
        while let first = line.first, first.isWhitespace { line.removeFirst() }
        while let last = line.last, last.isWhitespace { line.removeLast() }
        return String(line)
    }
}

extension String {
    /// The first place of `text` at or after `start`.
    fileprivate func range(of text: String, in start: String.Index? = nil) -> Range<String.Index>? {
        var index = start ?? startIndex
        while index < endIndex {
            if self[index...].hasPrefix(text) { return index..<self.index(index, offsetBy: text.count) }
            index = self.index(after: index)
        }
        return nil
    }
}
