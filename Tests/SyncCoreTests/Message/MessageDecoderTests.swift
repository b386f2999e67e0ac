import Fuzzing
import SyncCore
import Testing

@Suite("Message decoder")
struct MessageDecoderTests {
    private static let header = "user-sync/1\t7\t3\t0\t"
    private static let row = "1\t2\t0\tana\ta@b\n"

    /// A bad body, and what its refusal says.
    struct Case: CustomTestStringConvertible {
        let body: [UInt8]
        let code: MessageError.Code
        let offset: Int?
        let row: Int?

        init(_ body: String, _ code: MessageError.Code, offset: Int? = nil, row: Int? = nil) {
            self.init(Array(body.utf8), code, offset: offset, row: row)
        }

        init(_ body: [UInt8], _ code: MessageError.Code, offset: Int? = nil, row: Int? = nil) {
            self.body = body
            self.code = code
            self.offset = offset
            self.row = row
        }

        /// A header that announces one user, and that user's line.
        init(row: String, _ code: MessageError.Code, offset: Int? = nil) {
            self.init(row: Array(row.utf8), code, offset: offset)
        }

        init(row: [UInt8], _ code: MessageError.Code, offset: Int? = nil) {
            let start = Array((header + "1\n").utf8)
            self.init(start + row, code, offset: offset.map { $0 + start.count }, row: 0)
        }

        var testDescription: String {
            "\(code): \(String(decoding: body.prefix(120), as: UTF8.self).debugDescription)"
        }
    }

    static let cases: [Case] = [
        Case("", .notAMessage, offset: 0),
        Case("user-sync", .notAMessage),
        Case("{\"version\":1}", .notAMessage),
        Case("User-sync/1\t7\t3\t0\t1\n" + row, .notAMessage),
        Case("user-sync/0\t7\t3\t0\t1\n" + row, .unsupportedVersion, offset: 10),
        Case("user-sync/4\t7\t3\t0\t1\n" + row, .unsupportedVersion, offset: 10),
        Case("user-sync/10\tanything", .unsupportedVersion),
        Case("user-sync/-1\t7\t3\t0\t1\n" + row, .unsupportedVersion),
        Case("user-sync/1 \t7\t3\t0\t1\n" + row, .unsupportedVersion),
        Case("user-sync/99999999999999999999\t", .unsupportedVersion),
        Case("user-sync/\t7\t3\t0\t1\n" + row, .unsupportedVersion),
        Case("user-sync/1", .unsupportedVersion),
        Case("user-sync/1\t7\t3\t0\t", .truncated),
        Case("user-sync/1\t7\t3\t0\t1", .truncated),
        Case("user-sync/1\t7\t3\t0\n" + row, .invalidHeader),
        Case("user-sync/1\t7\t3\t0\t1\t1\n" + row, .invalidHeader),
        Case("user-sync/1\t\t3\t0\t1\n" + row, .invalidHeader),
        Case("user-sync/1\t-7\t3\t0\t1\n" + row, .invalidHeader),
        Case("user-sync/1\t7\t-3\t0\t1\n" + row, .invalidHeader),
        Case("user-sync/1\t7\t3\t-1\t1\n" + row, .invalidHeader),
        Case("user-sync/1\t7\t3\t0\t0\n", .invalidHeader),
        Case("user-sync/1\t7\t3\t0\t+1\n" + row, .invalidHeader),
        Case("user-sync/1\t7\t9223372036854775808\t0\t1\n" + row, .invalidHeader),
        Case(header + "1\n", .wrongCount),
        Case(header + "2\n" + row, .wrongCount),
        Case(header + "1\n" + row + row, .wrongCount, offset: header.utf8.count + 2 + row.utf8.count),
        Case(header + "1\n" + row + "x", .wrongCount),
        Case(header + "1\n" + row + "\n", .wrongCount),
        Case(header + "9223372036854775807\n" + row, .wrongCount),
        Case(header + "2\n" + row + "1\t2", .truncated, row: 1),
        Case(header + "2\n" + row + row.dropLast(), .truncated, row: 1),
        Case(row: "1\t2\t0\tana\ta@b", .truncated),
        Case(row: "1\t2\t0\tana", .truncated),
        Case(row: "1\t2\t0", .truncated),
        Case(row: "1", .truncated),
        Case(row: "1\t2\t0\tana\ta\\", .truncated),
        Case(row: "1\t2\t0\tana\ta\\x4", .truncated),
        Case(row: "x\t2\t0\tana\ta@b\n", .invalidNumber, offset: 0),
        Case(row: "\t2\t0\tana\ta@b\n", .invalidNumber),
        Case(row: "-\t2\t0\tana\ta@b\n", .invalidNumber),
        Case(row: "--1\t2\t0\tana\ta@b\n", .invalidNumber),
        Case(row: "+1\t2\t0\tana\ta@b\n", .invalidNumber),
        Case(row: "1.5\t2\t0\tana\ta@b\n", .invalidNumber, offset: 1),
        Case(row: "1 \t2\t0\tana\ta@b\n", .invalidNumber),
        Case(row: "1\t123456789a\t0\tana\ta@b\n", .invalidNumber),
        Case(row: "1\t2\n", .invalidNumber),
        Case(row: "9223372036854775808\t2\t0\tana\ta@b\n", .numberOverflow),
        Case(row: "-9223372036854775809\t2\t0\tana\ta@b\n", .numberOverflow),
        Case(row: "18446744073709551616\t2\t0\tana\ta@b\n", .numberOverflow),
        Case(row: "99999999999999999999999999\t2\t0\tana\ta@b\n", .numberOverflow),
        Case(row: "1\t-62167219200000001\t0\tana\ta@b\n", .createdAtOutOfRange, offset: 2),
        Case(row: "1\t253402300800000000\t0\tana\ta@b\n", .createdAtOutOfRange, offset: 2),
        Case(row: "1\t-9223372036854775808\t0\tana\ta@b\n", .createdAtOutOfRange),
        // Beyond the ledger's column, at the first number that is, and at the last that can be read.
        Case("user-sync/2\t7\t3\t2147483648\t1\n1\t2\t0\tana\ta@b\n", .invalidHeader),
        Case("user-sync/2\t7\t3\t9223372036854775807\t1\n1\t2\t0\tana\ta@b\n", .invalidHeader),
        Case(row: "1\t2\t2\tana\ta@b\n", .invalidFlags, offset: 4),
        Case("user-sync/2\t7\t3\t0\t1\n1\t2\t4\tana\ta@b\n", .invalidFlags, offset: 24, row: 0),
        Case("user-sync/2\t7\t3\t0\t1\n1\t2\t/\tana\ta@b\n", .invalidFlags, offset: 24, row: 0),
        Case(row: "1\t2\tt\tana\ta@b\n", .invalidFlags),
        Case(row: "1\t2\t\tana\ta@b\n", .invalidFlags),
        Case(row: "1\t2\t01\tana\ta@b\n", .invalidFlags),
        Case(row: "1\t2\t0\tana\n", .missingField),
        Case(row: "1\t2\t0\tana\ta@b\tmore\n", .extraField),
        Case(row: "1\t2\t0\t\ta@b\n", .emptyUserName),
        Case(row: "1\t2\t0\tan\\qa\ta@b\n", .invalidEscape, offset: 8),
        Case(row: "1\t2\t0\t\\N\ta@b\n", .invalidEscape),
        Case(row: "1\t2\t0\tana\t\\.\n", .invalidEscape),
        Case(row: "1\t2\t0\tana\t\\x4g\n", .invalidEscape),
        Case(row: "1\t2\t0\tana\t\\x\n\n\n", .invalidEscape),
        Case(row: "1\t2\t0\tana\t\\101\n", .invalidEscape),
        Case(row: "1\t2\t0\tana\ta\\\n", .invalidEscape),
        Case(row: "1\t2\t0\tan\0a\ta@b\n", .nulCharacter),
        Case(row: "1\t2\t0\tan\\x00a\ta@b\n", .nulCharacter),
        Case(row: "1\t2\t0\tana\ta\rb\n", .controlCharacter),
        Case(row: "1\t2\t0\tana\ta@b\r\n", .controlCharacter),
        Case(row: "1\t2\t0\tana\ta\u{1}b\n", .controlCharacter),
        Case(row: Array("1\t2\t0\tana\t".utf8) + [0xFF, 0x0A], .invalidUTF8),
        Case(row: Array("1\t2\t0\tana\tabcdefghijkl".utf8) + [0xC3, 0x0A], .invalidUTF8),
        Case(row: Array("1\t2\t0\t".utf8) + [0xED, 0xA0, 0x80] + Array("\ta@b\n".utf8), .invalidUTF8),
        Case(row: Array("1\t2\t0\t".utf8) + [0xC0, 0x80] + Array("\ta@b\n".utf8), .invalidUTF8),
        Case(row: Array("1\t2\t0\t".utf8) + [0xF4, 0x90, 0x80, 0x80] + Array("\ta@b\n".utf8), .invalidUTF8),
        Case(row: "1\t2\t0\tana\t\\xff\n", .invalidUTF8),
        Case(row: "1\t2\t0\tana\t\\xed\\xa0\\x80\n", .invalidUTF8),
        // A character may not be divided between two texts.
        Case(row: Array("1\t2\t0\tana".utf8) + [0xC3, 0x09, 0xA9, 0x0A], .invalidUTF8),
    ]

    @Test("a bad body is refused, and the refusal says which fault and where", arguments: cases)
    func refuses(_ test: Case) throws {
        let error = #expect(throws: MessageError.self) { try MessageDecoder.decode(test.body) }
        #expect(error?.code == test.code, "\(error.map(String.init(describing:)) ?? "")")
        if let offset = test.offset { #expect(error?.offset == offset) }
        if let row = test.row { #expect(error?.row == row) }
        #expect(error?.description.contains("ana") != true, "user data in an error: \(String(describing: error))")
    }

    @Test("every code but that of an impossible size has a case above")
    func everyCodeIsTested() {
        #expect(Set(Self.cases.map(\.code)) == Set(MessageError.Code.allCases).subtracting([.tooLarge]))
    }

    @Test("every beginning of a good body is refused as cut off, and no longer body is accepted")
    func everyTruncation() throws {
        let body = Array((Self.header + "3\n" + "1\t2\t0\tjo\\xc3\\xa3o\ta\\\\b\n" + Self.row + Self.row).utf8)
        #expect(try MessageDecoder.decode(body).count == 3)
        for length in body.indices {
            let error = #expect(throws: MessageError.self) { try MessageDecoder.decode(Array(body[..<length])) }
            let allowed: Set<MessageError.Code> =
                length < 10 ? [.notAMessage] : length < 12 ? [.unsupportedVersion] : [.truncated, .wrongCount]
            #expect(error.map { allowed.contains($0.code) } == true, "\(length): \(String(describing: error))")
        }
        for byte in UInt8.min...UInt8.max {
            #expect(throws: MessageError.self) { try MessageDecoder.decode(body + [byte]) }
        }
    }

    @Test("both versions are read; only the second knows who is presumed to be new", arguments: [1, 2])
    func versions(version: Int) throws {
        let rows = "1\t2\t0\tana\ta@b\n1\t2\t1\tbia\ta@b\n" + (version == 1 ? "" : "1\t2\t2\tcid\t\n1\t2\t3\tdan\t\n")
        let count = version == 1 ? 2 : 4
        let batch = try MessageDecoder.decode(Array("user-sync/\(version)\t7\t3\t0\t\(count)\n\(rows)".utf8))
        #expect(batch.deleted == Array([false, true, false, true].prefix(count)))
        #expect(batch.presumedNew == Array([false, false, true, true].prefix(count)))
    }

    @Test("escapes may be in either case, and stand where they are not needed")
    func tolerantEscapes() throws {
        let batch = try MessageDecoder.decode(Array((Self.header + "1\n1\t2\t0\t\\x41\\x7a\\xC3\\xa9\t\\x0A\n").utf8))
        #expect(SampleUser(batch, at: 0) == SampleUser(userName: "Azé", email: "\n", createdAt: 2))
    }

    @Test("a header that announces far more users than can follow takes no memory for them")
    func announcedCountIsNotTrusted() {
        let body = Array((Self.header + "4611686018427387904\n" + Self.row).utf8)
        let error = #expect(throws: MessageError.self) { try MessageDecoder.decode(body) }
        #expect(error?.detail == "header says 4611686018427387904, found 1")
    }
}
