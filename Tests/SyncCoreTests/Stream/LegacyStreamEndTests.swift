import Fuzzing
import SyncCore
import Testing

/// Whether a body ends where its JSON ends, also when its transfer was complete.
@Suite("Legacy stream: a cut body is told from a whole one")
struct LegacyStreamEndTests {
    /// With nested arrays and objects, and brackets in a string, so that a cut finds all of them open.
    private static func user(_ id: Int) -> String {
        #"{"id":\#(id),"userName":"u]\#(id)","email":"[}","createdAt":"2023-04-05T06:07:08Z","deleted":false,"#
            + #""x":[[1],{"y":[{"z":[]}]}]}"#
    }

    private static func layout(_ text: String) -> String {
        (1...4).reduce(text) { $0.replacing("@\($1)", with: user($1)) }
    }

    @Test(
        "a whole body is not cut, whatever its layout",
        arguments: [
            "[@1,@2,@3]", "[@1][@2,@3]", " \u{FEFF}\n[ @1 ,\n@2 ] \r\n", "[]", "[@1][]", "@1\n@2\n@3", "@1,@2,@3\n",
            "@1@2",
            "", " \n", "[@1]{/dados/:/corrimpidos/}[@2]", "[@1]{/dados/:/corrimpidos/}", "[@1],[@2],", "[@1]]",
        ])
    func whole(layout: String) {
        #expect(!parse(Self.layout(layout)).isCut)
    }

    @Test(
        "a body cut anywhere fails or has brought every user, unless the cut is between two values",
        arguments: ["[@1,@2,@3]", "[@1][@2,@3]\n", "\u{FEFF}[@1, @2]\n[@3]", "@1\n@2\n@3\n", "@1,@2", "@1@2"])
    func truncations(layout: String) {
        let body = Array(Self.layout(layout).utf8)
        let whole = parse(body)
        #expect(!whole.isCut && whole.rejects.isEmpty)
        for length in 0..<body.count {
            let reading = parse(Array(body.prefix(length)), chunking: .bytes(1 + length % 50))
            if reading.isCut || reading.userIDs == whole.userIDs { continue }
            #expect(
                Self.isBetweenValues(layout, body, length), "\(String(decoding: body.prefix(length), as: UTF8.self))")
        }
    }

    /// Whether the bytes before `length` are whole values at the top level. Every record is of the same length, so where they
    /// begin is known from the layout.
    private static func isBetweenValues(_ layout: String, _ body: [UInt8], _ length: Int) -> Bool {
        var depth = 0
        var isInString = false
        for byte in body.prefix(length) {
            switch byte {
            case UInt8(ascii: "\""): isInString.toggle()
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += isInString ? 0 : 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= isInString ? 0 : 1
            default: break
            }
        }
        return depth == 0
    }

    @Test(
        "a body in brackets that lacks its end is cut",
        arguments: [
            "[", "[@1", "[@1,", "[@1,@2", "[@1][@2", "[@1][", "[@1]@2", "[@1,{", #"[@1,{"id":2,"userName":"a]"#,
            #"[@1,{"id":2,"x":["a"]"#, #"[@1,{"id":2,"x":[{"y":1}]"#, #"[@1,{"id":2,"x":[{}],"y":[1]"#, "[@1,@2x",
            "[@1,@2}",
            #"[@1]{"data":[@2,{"id":3"#, "[@1,x]y",
        ])
    func cut(layout: String) {
        #expect(parse(Self.layout(layout)).isCut)
    }

    @Test(
        "damage before the last bracket is damage and no cut",
        arguments: [
            "[@1,{/dados/:/corrimpidos/}]", #"[@1, "id":2,"userName":"b"}]"#, #"[@1,{"id": 50,]"#,
            "[@1,{\"us\u{1}rName\":[1],\"a\":2}]",
            "[@1,{}]", "[@1,x]\n", "[@1,x],", "[x]", "[@1]x", "[@1,]x", #"[@1]{"data":[@2]"#, #"[@1]{"data":[@2][@3]"#,
            #"[@1]{"error":"upstre"#, "[@1]{",
            #"[@1]{"data":[@2]{x"#,
        ])
    func damaged(layout: String) {
        let reading = parse(Self.layout(layout))
        #expect(!reading.isCut)
        #expect(!reading.rejects.isEmpty)
    }

    /// What gateways, frameworks and loggers put before a body. The last two hold a bracket that belongs to no array.
    private static let junk = [
        ")]}',\n", "\u{0}", "null", "callback(", #"{"status":"ok"}"#, "\n<!-- cached -->\n", "HTTP/1.1 200 OK\r\n\r\n",
        "{/dados/}", "]", #"{"id":1,"userName":"a""#, #"{"id":1,"x":["y",oops}"#, "12:00 [main] WARN slow\n",
    ]

    @Test("an array behind junk is told whole or cut as well", arguments: junk)
    func junkBeforeArray(junk: String) {
        for array in ["[@1,@2,@3]", "[@1][@2,@3]", "[[@1,@2,@3]]\n"] {
            let body = Array(Self.layout(junk + array).utf8)
            let whole = parse(body)
            #expect(!whole.isCut && whole.userIDs == [1, 2, 3])
            for length in junk.utf8.count..<body.count {
                let reading = parse(Array(body.prefix(length)), chunking: .bytes(1 + length % 50))
                if reading.isCut || reading.userIDs == whole.userIDs || reading.userIDs.isEmpty { continue }
                #expect(
                    Self.isBetweenValues(array, Array(body[junk.utf8.count...]), length - junk.utf8.count),
                    "\(String(decoding: body.prefix(length), as: UTF8.self))")
            }
        }
    }

    @Test("one object per line behind junk needs no bracket to be whole", arguments: junk)
    func junkBeforeLines(junk: String) {
        let reading = parse(Self.layout(junk + "\n@1\n@2\n"))
        #expect(!reading.isCut && reading.userIDs == [1, 2])
    }

    @Test("without brackets, an object that is still open at the end is a cut, and damage is not")
    func plain() {
        #expect(parse(Self.layout(#"@1\n{"id":2,"userNa"#)).isCut)
        #expect(parse(Self.layout("@1\n{")).isCut)
        #expect(!parse(Self.layout("@1\n{x\n@2")).isCut)
        #expect(!parse(Self.layout("@1\n{x")).isCut)
        // What looked like an unfinished object was junk: a whole user followed.
        #expect(!parse(Self.layout(#"@1\n{"data":@2"#)).isCut)
    }
}
