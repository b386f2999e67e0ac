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

    /// Reads the report of a failed attempt, made with `PQERRORS_VERBOSE`.
    ///
    /// While connecting, libpq offers the SQLSTATE in no other way. Each host that was tried gives a line such as
    /// `connection to server at "db", port 5432 failed: FATAL:  53300: sorry, too many clients already`, and may be
    /// followed by DETAIL, HINT and LOCATION lines, which are dropped. The last host's SQLSTATE counts.
    static func connectFailure(_ text: String) -> ConnectFailure {
        var sqlState: String?
        var lines: [String] = []
        for line in text.split(whereSeparator: \.isNewline) {
            let line = trim(line)
            guard let (code, range) = sqlStateInside(line) else {
                if line.hasPrefix("connection to server") || lines.isEmpty { lines.append(line) }
                continue
            }
            sqlState = code
            var shortened = line
            shortened.removeSubrange(range)
            lines.append(shortened)
        }
        return ConnectFailure(
            sqlState: sqlState, message: lines.isEmpty ? "no reason given" : lines.joined(separator: "; "))
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
