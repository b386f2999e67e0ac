import SyncCore
import Testing

@testable import SyncPipeline

@Suite("What the text of a body is")
struct BodyTextTests {
    private func encoding(_ head: [UInt8], _ contentType: String? = nil) throws -> TextEncoding {
        try BodyText.encoding(head: head, contentType: contentType)
    }

    private func refusal(_ head: [UInt8], _ contentType: String? = nil) -> StreamFailure? {
        do throws(StreamFailure) {
            _ = try BodyText.encoding(head: head, contentType: contentType)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "the first bytes decide, whatever the label says of the type",
        arguments: ["text/html; charset=UTF-8", "text/html", "application/octet-stream", "text/plain", nil])
    func type(contentType: String?) throws {
        for text in [#"[{"id":1}]"#, #"{"id":1}"#, "\u{FEFF}[{}]", " \r\n\t [{}]"] {
            #expect(try encoding(Array(text.utf8), contentType) == .utf8)
        }
        for page in ["<html>", "<!DOCTYPE html>", " \n<html>", "\u{FEFF}<?xml?>"] {
            let failure = refusal(Array(page.utf8), contentType)
            #expect(failure?.kind == .unexpectedContent)
            #expect(failure?.description.contains("page") == true)
        }
    }

    @Test(
        "a character set is honoured under all its names",
        arguments: [
            ("UTF-8", TextEncoding.utf8), ("\"utf-8\"", .utf8), ("utf8", .utf8), ("US-ASCII", .utf8),
            ("ISO-8859-1", .latin1), ("iso_8859-1", .latin1), ("latin1", .latin1), ("'Latin1'", .latin1),
            ("windows-1252", .windows1252), ("CP1252", .windows1252),
        ])
    func charset(name: String, expected: TextEncoding) throws {
        for label in ["application/json; charset=\(name)", "text/html;x=y; CHARSET = \(name) ; z"] {
            #expect(try encoding(Array("[{}]".utf8), label) == expected, "\(label)")
        }
    }

    @Test(
        "UTF-8 is known by the names that databases and languages give it, and a label that came twice counts once",
        arguments: [
            "application/json; charset=utf8mb4", "application/json; charset=utf-8-sig",
            "application/json; charset=AL32UTF8",
            "application/json; charset=utf-8, application/json; charset=utf-8",
            "application/json, text/json;charset=UTF-8",
            "application/json; charset=utf-8; charset=utf-8",
            "application/json;charset=\"UTF-8\",text/html; charset=latin1",
        ])
    func otherNames(label: String) throws {
        #expect(try encoding(Array("[{}]".utf8), label) == .utf8)
    }

    @Test("a character set that is not read is refused by its name, and asking again is no use")
    func unknownCharset() throws {
        for name in ["ISO-8859-15", "utf-16", "Shift_JIS", "windows-1251", "koi8-r", "klingon"] {
            let failure = try #require(refusal(Array("[{}]".utf8), "application/json; charset=\(name)"))
            #expect(!failure.isTransient)
            #expect(failure.description.contains(name))
        }
    }

    @Test("the mark of UTF-8 goes before a label")
    func mark() throws {
        #expect(try encoding(Array("\u{FEFF}[{}]".utf8), "application/json; charset=ISO-8859-1") == .utf8)
    }

    @Test("UTF-16 and UTF-32 are recognised with a mark and without one, and refused by name at once")
    func wide() throws {
        let text = "[{}]"
        let utf16 = text.utf16.flatMap { unit -> [UInt8] in [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
        let swapped = text.utf16.flatMap { unit -> [UInt8] in [UInt8(unit >> 8), UInt8(unit & 0xFF)] }
        let utf32 = text.unicodeScalars.flatMap { scalar -> [UInt8] in [UInt8(scalar.value), 0, 0, 0] }
        for (head, name) in [
            ([0xFF, 0xFE] + utf16, "UTF-16"), ([0xFE, 0xFF] + swapped, "UTF-16"), (utf16, "UTF-16"),
            (swapped, "UTF-16"),
            ([0xFF, 0xFE, 0, 0] + utf32, "UTF-32"), (utf32, "UTF-32"),
        ] as [([UInt8], String)] {
            let failure = try #require(refusal(head, "application/json"))
            #expect(!failure.isTransient)
            #expect(failure.description.contains(name))
        }
        #expect(refusal([0x1F, 0x8B, 8, 0])?.description.contains("compressed twice") == true)
    }

    @Test("latin1 and windows-1252 become UTF-8, byte by byte")
    func conversion() {
        let bytes = (UInt8.min...UInt8.max).map { $0 }
        let latin1 = bytes.map { Unicode.Scalar($0) }.reduce(into: "") { $0.unicodeScalars.append($1) }
        #expect(TextEncoding.latin1.utf8(bytes) == Array(latin1.utf8))
        let samples: [(UInt8, Character)] = [
            (0x80, "€"), (0x93, "“"), (0x9F, "Ÿ"), (0xE9, "é"), (0xFF, "ÿ"), (0x41, "A"),
        ]
        for (byte, character) in samples {
            #expect(TextEncoding.windows1252.utf8([byte]) == Array(String(character).utf8))
        }
        #expect(TextEncoding.utf8.utf8(bytes) == bytes)
    }
}
