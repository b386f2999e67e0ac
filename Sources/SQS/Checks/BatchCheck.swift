/// Finds what is wrong with a batch call before it is sent. Messages name entries by ID and never show a body.
enum BatchCheck {
    struct Problem: Equatable {
        enum Kind: Equatable { case request, characters, size }

        var kind: Kind
        var message: String
    }

    /// What every batch call must keep: 1 to 10 entries, with IDs that are well-formed and distinct.
    static func problem(ids: [String]) -> Problem? {
        guard !ids.isEmpty else { return Problem(kind: .request, message: "the batch is empty") }
        guard ids.count <= SQSLimits.maximumBatchEntries else {
            return Problem(
                kind: .request, message: "\(ids.count) entries; a batch has at most \(SQSLimits.maximumBatchEntries)")
        }
        var seen: Set<String> = []
        for (index, id) in ids.enumerated() {
            guard (1...80).contains(id.utf8.count), id.utf8.allSatisfy(isIDByte) else {
                return Problem(
                    kind: .request,
                    message: "the ID of entry number \(index + 1) is not 1 to 80 of letters, digits, - and _")
            }
            guard seen.insert(id).inserted else {
                return Problem(kind: .request, message: "two entries have the ID \(id)")
            }
        }
        return nil
    }

    static func problem(_ entries: [SendMessageBatchEntry], limits: SQSLimits) -> Problem? {
        if let problem = problem(ids: entries.map(\.id)) { return problem }
        var total = 0
        for entry in entries {
            if let problem = problem(entry, limits: limits) { return problem }
            total += entry.billedBytes
        }
        guard total <= limits.maximumCallBytes else {
            return Problem(
                kind: .size,
                message:
                    "\(entries.count) entries of \(total) bytes together; a call has at most \(limits.maximumCallBytes)"
            )
        }
        return nil
    }

    private static func problem(_ entry: SendMessageBatchEntry, limits: SQSLimits) -> Problem? {
        guard !entry.body.isEmpty else {
            return Problem(kind: .request, message: "entry \(entry.id) has an empty body")
        }
        guard entry.billedBytes <= limits.maximumMessageBytes else {
            return Problem(
                kind: .size,
                message:
                    "entry \(entry.id) is \(entry.billedBytes) bytes; a message has at most \(limits.maximumMessageBytes)"
            )
        }
        for (name, value) in [("group", entry.messageGroupID), ("deduplication", entry.deduplicationID)] {
            guard let value else { continue }
            guard (1...128).contains(value.utf8.count), value.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                return Problem(
                    kind: .request,
                    message: "the \(name) ID of entry \(entry.id) is not 1 to 128 of letters, digits and punctuation")
            }
        }
        if let offset = MessageCharacters.firstInvalid(in: entry.body) {
            return Problem(
                kind: .characters,
                message:
                    "the body of entry \(entry.id) has at byte \(offset) what no message may hold (XML 1.0 characters in UTF-8 only)"
            )
        }
        guard entry.attributes.count <= 10 else {
            return Problem(kind: .request, message: "entry \(entry.id) has more than 10 attributes")
        }
        for (name, value) in entry.attributes {
            guard (1...256).contains(name.utf8.count), name.utf8.allSatisfy({ isIDByte($0) || $0 == UInt8(ascii: ".") })
            else {
                return Problem(
                    kind: .request, message: "entry \(entry.id) has an attribute with a name that is not allowed")
            }
            guard !value.isEmpty, MessageCharacters.firstInvalid(in: Array(value.utf8)) == nil else {
                return Problem(
                    kind: .characters,
                    message: "the attribute \(name) of entry \(entry.id) is empty or not XML 1.0 text")
            }
        }
        return nil
    }

    private static func isIDByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }
}
