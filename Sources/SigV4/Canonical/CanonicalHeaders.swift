/// The headers as both sides hash them: names in lowercase and sorted, values trimmed, those of one name joined in their order.
struct CanonicalHeaders {
    /// Sorted by name; the values of one name in the order of the request.
    private var fields: [(name: String, value: String)] = []

    /// Takes the headers of a request, without those that a proxy may change.
    ///
    /// - Parameter added: What the signer adds and signs; these may carry reserved names.
    /// - Throws: ``SigningError`` with the codes of headers and of the host.
    init(
        _ headers: [(name: String, value: String)],
        adding added: [(name: String, value: String)] = []
    ) throws(SigningError) {
        fields.reserveCapacity(headers.count + added.count)
        var hosts = 0
        for (index, header) in headers.enumerated() {
            let name = try Self.canonicalName(header.name, index: index)
            let rule = Self.rules[name]
            guard rule != .reserved else {
                throw SigningError(
                    .reservedHeader, "the request already holds the header \(name)",
                    remedy: "leave it out: the signer adds it")
            }
            let value = try Self.canonicalValue(header.value, name: name)
            if rule == .host {
                hosts += 1
                guard hosts == 1, !value.isEmpty else {
                    throw SigningError(
                        .invalidHost, "the Host header is empty or repeated",
                        remedy: "give it once, as the client sends it, with its port if that is not the default one")
                }
            }
            if rule != .unsigned { fields.append((name, value)) }
        }
        guard hosts == 1 else {
            throw SigningError(
                .invalidHost, "there is no Host header", remedy: "give it as the client sends it: it is always signed")
        }
        for header in added {
            fields.append((ASCII.lowercased(header.name), header.value))
        }
        fields.sort { $0.name < $1.name }
    }

    /// The names, `content-type;host;x-amz-date`.
    var names: String {
        var output = ""
        output.reserveCapacity(fields.count * 16)
        for (index, field) in fields.enumerated() where index == 0 || fields[index - 1].name != field.name {
            if index > 0 { output += ";" }
            output += field.name
        }
        return output
    }

    /// Appends one line for each name.
    func appendLines(to output: inout [UInt8]) {
        for (index, field) in fields.enumerated() {
            if index > 0, fields[index - 1].name == field.name {
                output.append(UInt8(ascii: ","))
            } else {
                if index > 0 { output.append(lineFeed) }
                output += field.name.utf8
                output.append(UInt8(ascii: ":"))
            }
            output += field.value.utf8
        }
        output.append(lineFeed)
    }

    private enum Rule {
        /// Needed, once.
        case host
        /// The signer alone may set it; two of one would be signed as one value and sent as two.
        case reserved
        /// Proxies and HTTP libraries may add, change or drop it on the way.
        case unsigned
    }

    /// The headers that are not simply signed.
    private static let rules: [String: Rule] = [
        "host": .host,
        "authorization": .reserved,
        "x-amz-content-sha256": .reserved,
        "x-amz-date": .reserved,
        "x-amz-security-token": .reserved,
        "connection": .unsigned,
        "expect": .unsigned,
        "keep-alive": .unsigned,
        "proxy-authenticate": .unsigned,
        "proxy-authorization": .unsigned,
        "te": .unsigned,
        "trailer": .unsigned,
        "transfer-encoding": .unsigned,
        "upgrade": .unsigned,
        "user-agent": .unsigned,
        "x-amzn-trace-id": .unsigned,
    ]

    private static func canonicalName(_ name: String, index: Int) throws(SigningError) -> String {
        guard !name.isEmpty, name.utf8.allSatisfy(ASCII.isToken) else {
            throw SigningError(
                .invalidHeaderName, "the name of header \(index + 1) is not an HTTP token",
                remedy: "use letters, digits and hyphens")
        }
        return ASCII.lowercased(name)
    }

    /// Trims the value and makes every run of blanks, tabs and folds one blank.
    ///
    /// A fold is a line break with a blank or tab after it (<https://www.rfc-editor.org/rfc/rfc9112#section-5.2>).
    /// Any other line break would begin a header of its own on the wire, and is refused.
    private static func canonicalValue(_ value: String, name: String) throws(SigningError) -> String {
        if isCanonical(value) { return value }
        enum LineBreak { case none, carriageReturn, lineFeed }
        var output: [UInt8] = []
        output.reserveCapacity(value.utf8.count)
        var lineBreak = LineBreak.none
        var blankIsDue = false
        for byte in value.utf8 {
            switch (byte, lineBreak) {
            case (0x20, .none), (0x09, .none), (0x20, .lineFeed), (0x09, .lineFeed):
                blankIsDue = true
                lineBreak = .none
            case (0x0D, .none):
                lineBreak = .carriageReturn
            case (lineFeed, .none), (lineFeed, .carriageReturn):
                lineBreak = .lineFeed
            case (_, .none) where !ASCII.isControl(byte):
                if blankIsDue, !output.isEmpty { output.append(0x20) }
                blankIsDue = false
                output.append(byte)
            default:
                throw invalidValue(of: name)
            }
        }
        guard lineBreak == .none else { throw invalidValue(of: name) }
        return String(decoding: output, as: UTF8.self)
    }

    /// Whether a value is its own canonical form, as nearly all are: they are then not copied.
    private static func isCanonical(_ value: String) -> Bool {
        var previous: UInt8 = 0x20
        for byte in value.utf8 {
            guard !ASCII.isControl(byte), byte != 0x20 || previous != 0x20 else { return false }
            previous = byte
        }
        return previous != 0x20 || value.isEmpty
    }

    private static func invalidValue(of name: String) -> SigningError {
        SigningError(
            .invalidHeaderValue, "the value of the header \(name) holds a line break or another control character",
            remedy: "remove it: it would end the header where it is sent")
    }
}

private let lineFeed = UInt8(ascii: "\n")
