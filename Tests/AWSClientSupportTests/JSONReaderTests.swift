import AWSClientSupport
import TestSupport
import Testing

@Suite("JSON reader")
struct JSONReaderTests {
    private func reader(_ text: String) throws -> JSONReader {
        try JSONReader(Array(text.utf8))
    }

    @Test("nested values are read in order, and unknown ones are skipped")
    func structure() throws {
        var reader = try reader(
            #" { "skip" : [1, {"a": [true, null, -1.5e+3]}], "name":"x" , "list": [1,2 , 3], "n": 42 } "#)
        var name = ""
        var list: [Int64] = []
        var number: Int64 = 0
        try reader.readObject { member, reader throws(JSONError) in
            switch member {
            case "name": name = try reader.readString()
            case "list": try reader.readArray { reader throws(JSONError) in list.append(try reader.readInteger()) }
            case "n": number = try reader.readInteger()
            default: try reader.skipValue()
            }
        }
        try reader.finish()
        #expect(name == "x")
        #expect(list == [1, 2, 3])
        #expect(number == 42)
    }

    @Test(
        "every escape gives its character",
        arguments: [
            (#""plain""#, "plain"), (#""""#, ""), (#""a\tb\n\r\\\"\/\b\f""#, "a\tb\n\r\\\"/\u{8}\u{C}"),
            (#""\u0041\u00e9\u20AC""#, "Aé€"), (#""\ud83d\ude00!""#, "😀!"), (#""é€😀""#, "é€😀"), (#""\u0000""#, "\0"),
        ])
    func strings(json: String, value: String) throws {
        var asString = try reader(json)
        #expect(try asString.readString() == value)
        try asString.finish()
        var asBytes = try reader(json)
        #expect(try asBytes.readStringBytes() == Array(value.utf8))
    }

    @Test(
        "what is no JSON is refused",
        arguments: [
            "", " ", "{", "[", "\"", "\"\\", "\"\\u12", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\\x\"",
            "\"a\nb\"", "tru", "nul", "01", "1.", ".5", "-", "1e", "1e+", "+1", "{\"a\"}", "{\"a\":}", "{\"a\":1,}",
            "{1:2}", "[1,]", "[1 2]", "[1}", "{\"a\":1]", "1 2", "{} {}", "\u{FEFF}{}", "NaN", "'a'",
        ])
    func malformed(json: String) {
        #expect(throws: JSONError.self) {
            var reader = try reader(json)
            try reader.skipValue()
            try reader.finish()
        }
    }

    @Test("invalid UTF-8 is refused wherever it stands")
    func invalidUTF8() {
        for bytes: [UInt8] in [
            [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xE2, 0x82],
        ] {
            #expect { try JSONReader(bytes) } throws: { ($0 as? JSONError)?.code == .invalidUTF8 }
        }
    }

    @Test("nesting and size have limits")
    func limits() throws {
        func depth(_ levels: Int) throws {
            let json = String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
            var reader = try JSONReader(Array(json.utf8), limits: .init(maximumDepth: 32))
            try reader.skipValue()
            try reader.finish()
        }
        try depth(32)
        #expect { try depth(33) } throws: { ($0 as? JSONError)?.code == .tooDeep }
        #expect { try depth(1_000_000) } throws: { ($0 as? JSONError)?.code == .tooDeep }
        #expect { try JSONReader([0x31, 0x31], limits: .init(maximumBytes: 1)) } throws: {
            ($0 as? JSONError)?.code == .tooLarge
        }
    }

    @Test("integers keep all their digits or are refused")
    func integers() throws {
        var largest = try reader("9223372036854775807")
        #expect(try largest.readInteger() == .max)
        var smallest = try reader("-9223372036854775808")
        #expect(try smallest.readInteger() == .min)
        for json in ["9223372036854775808", "1.0", "1e3", "\"1\""] {
            #expect(throws: JSONError.self) {
                var reader = try reader(json)
                _ = try reader.readInteger()
            }
        }
    }

    @Test("what the writer writes, the reader reads")
    func roundTrip() throws {
        var random = SeededGenerator(seed: 7)
        let alphabet: [Unicode.Scalar] = [
            "a", "\"", "\\", "\n", "\t", "\r", "\u{0}", "\u{1F}", "\u{7F}", "é", "€", "😀", "/", " ", "\u{2028}",
            "\u{FFFD}",
        ]
        for _ in 0..<5_000 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...40, using: &random) {
                // Long plain runs among the special characters, so that both ways of the escaping are taken.
                text.append(
                    Int.random(in: 0..<3, using: &random) == 0 ? alphabet.randomElement(using: &random) ?? "a" : "b")
            }
            let bytes = Array(String(text).utf8)
            var json = JSONWriter()
            json.beginObject()
            json.name("k")
            json.string(utf8: bytes)
            json.member("s", String(text))
            json.member("n", -5)
            json.member("l", ["x", String(text)])
            json.endObject()
            var reader = try JSONReader(json.bytes)
            var seen = 0
            try reader.readObject { name, reader throws(JSONError) in
                seen += 1
                switch name {
                case "k": #expect(try reader.readStringBytes() == bytes)
                case "s": #expect(try reader.readString() == String(text))
                case "n": #expect(try reader.readInteger() == -5)
                default: try reader.skipValue()
                }
            }
            try reader.finish()
            #expect(seen == 4)
        }
    }

    @Test("the writer places commas and escapes as the standard says")
    func writer() {
        var json = JSONWriter()
        json.beginObject()
        json.member("a", "x\"\\\u{1}\n")
        json.name("b")
        json.beginArray()
        json.integer(1)
        json.beginObject()
        json.endObject()
        json.beginArray()
        json.endArray()
        json.string("{")
        json.string("")
        json.endArray()
        json.member("c", ["z": "1", "y": "2"])
        json.endObject()
        #expect(
            String(decoding: json.bytes, as: UTF8.self)
                == #"{"a":"x\"\\\u0001\n","b":[1,{},[],"{",""],"c":{"y":"2","z":"1"}}"#)
    }

    @Test("no bytes whatever crash the reader, and no prefix of a document passes for the whole")
    func hostile() throws {
        let sound = Array(
            #"{"Messages":[{"Body":"a\tb\u00e9\ud83d\ude00","N":-1.5e3,"A":{"x":null,"y":[true,false]}}]}"#.utf8)
        func accepts(_ bytes: [UInt8]) -> Bool {
            do {
                var reader = try JSONReader(bytes)
                try reader.skipValue()
                try reader.finish()
                return true
            } catch {
                return false
            }
        }
        #expect(accepts(sound))
        for length in 0..<sound.count { #expect(!accepts(Array(sound[..<length]))) }
        var random = SeededGenerator(seed: 2026)
        let interesting = Array("{}[]\",:\\u0dDnte-.19 \u{1}".utf8) + [0x80, 0xFF, 0xED]
        for _ in 0..<20_000 {
            var bytes = sound
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[index] = interesting.randomElement(using: &random) ?? 0
                case 1: bytes.insert(interesting.randomElement(using: &random) ?? 0, at: index)
                default: bytes.remove(at: index)
                }
            }
            _ = accepts(bytes)
        }
    }
}
