import Fuzzing
import SyncCore
import Testing

/// What damage says about users that the stream does not name.
@Suite("Damage that may hide a user")
struct HiddenUsersTests {
    private static func user(_ id: Int) -> String {
        #"{"id":\#(id),"userName":"u\#(id)","email":"","createdAt":"2023-04-05T06:07:08Z","deleted":false}"#
    }

    /// Whether each reject of the stream may hide a user, in order.
    private static func hiding(_ text: String) -> [Bool] { parse(text).rejects.map(\.mayHideUser) }

    @Test(
        "two things hide nobody: an object whose name can be read, and a fragment between two arrays that looks like no record"
    )
    func rule() {
        for named in [false, true] {
            for isBetweenArrays in [false, true] {
                for resemblesRecord in [false, true] {
                    let reject = Reject(
                        offset: 0, reason: .invalidJSON, excerpt: "", userName: named ? [0x61] : nil,
                        isBetweenArrays: isBetweenArrays, resemblesRecord: resemblesRecord)
                    #expect(reject.mayHideUser == !(named || (isBetweenArrays && !resemblesRecord)))
                }
            }
        }
    }

    @Test(
        "a whole object that is no user says whose it is, whatever is wrong with it",
        arguments: [
            #"{"id":"x","userName":"ana","email":"","createdAt":"2023-04-05T06:07:08Z","deleted":false}"#,
            #"{"id":1,"userName":"ana","email":null,"createdAt":"2023-04-05T06:07:08Z","deleted":false}"#,
            #"{"id":1,"userName":"ana","email":"\ud800","createdAt":"2023-04-05T06:07:08Z","deleted":false}"#,
            #"{"id":1,"userName":"ana","email":"","createdAt":"yesterday","deleted":false}"#,
            #"{"id":1,"userName":"ana","email":"","createdAt":"2023-04-05T06:07:08Z","deleted":0}"#,
            #"{"userName":"\u0061na"}"#, #"{"user\u004eame":"bo","userName":"ana","x":[{}]}"#,
        ])
    func named(record: String) {
        let reading = parse("[\(Self.user(1)),\(record)]")
        #expect(reading.rejects.map(\.userName) == [Array("ana".utf8)])
        #expect(reading.rejects.map(\.mayHideUser) == [false])
    }

    @Test(
        "a record whose name cannot be read may be anyone",
        arguments: [
            #"{"id":1}"#, #"{"id":1,"username":"ana"}"#, #"{"id":1,"userName":5}"#, #"{"id":1,"userName":""}"#, "{}",
            #"{"id":1,"userName":"\u0000"}"#, #"{"id":1,"userName":"ana","userName":null}"#,
            #"{"data":{"userName":"ana"}}"#, #"{"id":1,"userName":"ana","email""#, #" "id":1,"userName":"ana"}"#,
            #"{"id": 50,"#, "{\"id\":50,\"us\u{1}rName\":\"ana\"}", "0", "null", "{", "}", "\u{0}\u{0}\u{0}",
        ])
    func unnamed(record: String) {
        #expect(Self.hiding("[\(Self.user(1)),\(record),\(Self.user(2))]") == [true])
        #expect(Self.hiding("\(Self.user(1))\n\(record)\n\(Self.user(2))") == [true])
    }

    /// What the simulator and others send between arrays.
    private static let harmless = [
        "{/dados/:/corrimpidos/}", "{/dados/:/corr", "{", "{{{", "{}", "{\n}",
        "<html><body>{502 Bad Gateway}</body></html>",
        "undefined{undefined}", "{\u{0}}", "\\{\\}", "/*{*/", "null", "x, y",
        String(repeating: "\u{0}", count: 100_000),
    ]

    @Test("the junk between two arrays hides nobody", arguments: harmless, ["", " ", ",", "\r\n", "\u{FEFF}"])
    func junk(fragment: String, space: String) {
        let array = "[\(Self.user(1)),\(Self.user(2))]"
        #expect(Self.hiding(array + space + fragment + space + array) == [false], "\(fragment.prefix(50))")
        #expect(Self.hiding(array + fragment + "[ ]" + space + fragment + space + array) == [false, false])
    }

    @Test(
        "what looks like a record there may be one",
        arguments: [
            "{'id':1,'userName':'ana'}", "{id:1,userName:ana}", #"{"error":"upstream timed out"}"#,
            #"{"error":"upstre"#,
            #"{"data":"#, #"{"id":1,"userName":"#, #"{"a":1,}"#, "\"", "xuserName", #""id":1,"userName":"ana"}"#,
        ])
    func records(fragment: String) {
        #expect(Self.hiding("[\(Self.user(1))]\(fragment)[\(Self.user(2))]") == [true])
    }

    @Test("junk anywhere else may hide a user", arguments: ["{/dados/:/corrimpidos/}", "{}", "x"])
    func elsewhere(fragment: String) {
        let one = Self.user(1)
        for text in [
            "[\(one),\(fragment),\(one)]", "[\(one)\(fragment)]", "[\(one)]\(fragment)\(one)]",
            "[\(one)\(fragment)][\(one)]",
            "[\(one)][\(fragment)\(one)]", "\(one)\n\(fragment)\n\(one)", "[\(one)]\(fragment)][\(one)]",
            "\(fragment)[\(one)]",
        ] {
            #expect(Self.hiding(text) == [true], "\(text)")
        }
        // Of several in one place, none is the known junk.
        #expect(Self.hiding("[\(one)]{}\(fragment)[\(one)]").contains(true))
    }

    @Test("junk after the last array hides nobody when it is whole, and may be a cut array's when it is not")
    func last() {
        let array = "[\(Self.user(1))]"
        #expect(Self.hiding("\(array){/dados/:/corrimpidos/}") == [false])
        #expect(Self.hiding("\(array){}\n") == [false])
        #expect(Self.hiding("\(array){/dados/:/corr") == [true])
        #expect(Self.hiding("\(array){") == [true])
        #expect(Self.hiding("\(array)\"}") == [true])
    }
}
