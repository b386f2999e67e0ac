import Foundation
import TestSupport

extension MisbehavingHTTPRequest {
    /// The SQS operation that is asked for, such as `SendMessageBatch`.
    var operation: String? {
        header("X-Amz-Target").flatMap { $0.split(separator: ".").last.map(String.init) }
    }

    /// The request's body without some entries of its batch.
    /// - Parameter isDropped: tells from an entry's place, counted from 0, whether it goes.
    /// - Returns: the changed body and the `Id`s that went.
    func droppingEntries(_ isDropped: (Int) -> Bool) throws -> (body: [UInt8], ids: [String]) {
        var object = try JSONObject(body)
        let entries = object.array("Entries")
        let dropped = entries.indices.filter(isDropped)
        object["Entries"] = entries.indices.filter { !isDropped($0) }.map { entries[$0] }
        return (try object.bytes(), dropped.compactMap { entries[$0]["Id"] as? String })
    }

    /// The body of a send whose entries go twice, as many as a call holds, under other deduplication ids: what a sender does whose
    /// answers were lost for longer than SQS remembers.
    func doublingEntries() throws -> [UInt8] {
        var object = try JSONObject(body)
        let entries = object.array("Entries")
        // A call holds ten at most.
        let doubles = entries.prefix(10 - entries.count).map { entry in
            var entry = entry
            entry["Id"] = "\(entry["Id"] ?? "")-double"
            entry["MessageDeduplicationId"] = "\(entry["MessageDeduplicationId"] ?? "")-double"
            return entry
        }
        object["Entries"] = entries + doubles
        return try object.bytes()
    }
}

extension HTTPAnswer {
    /// An error as SQS words it.
    static func sqsError(_ status: String, code: String, message: String, headers: [String] = []) -> HTTPAnswer {
        HTTPAnswer(
            status, ["Content-Type: application/x-amz-json-1.0"] + headers,
            #"{"__type":"com.amazonaws.sqs#\#(code)","message":"\#(message)"}"#)
    }

    /// This answer to a send without what it says of doubles.
    func withoutDoubles() -> HTTPAnswer {
        changing { object in
            for list in ["Successful", "Failed"] {
                object[list] = object.array(list).filter { !("\($0["Id"] ?? "")".hasSuffix("-double")) }
            }
        }
    }

    /// This answer to a receive, last message first.
    func reversingMessages() -> HTTPAnswer {
        changing { $0["Messages"] = Array($0.array("Messages").reversed()) }
    }

    /// This answer to a batch call, with further entries named as failed, for a reason that may pass.
    func failing(_ ids: [String]) -> HTTPAnswer {
        changing { object in
            let failures: [[String: Any]] = ids.map {
                ["Id": $0, "Code": "InternalError", "Message": "injected", "SenderFault": false]
            }
            object["Failed"] = object.array("Failed") + failures
        }
    }

    /// This answer with another body; as it is when it is an error.
    func changing(_ change: (inout JSONObject) -> Void) -> HTTPAnswer {
        guard status.hasPrefix("200"), var object = try? JSONObject(body) else { return self }
        change(&object)
        var answer = self
        if let bytes = try? object.bytes() { answer.body = bytes }
        return answer
    }
}

/// A JSON object that tests look into and change.
struct JSONObject {
    private var members: [String: Any]

    struct NoObject: Error {}

    init(_ bytes: [UInt8]) throws {
        guard let members = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] else {
            throw NoObject()
        }
        self.members = members
    }

    subscript(name: String) -> Any? {
        get { members[name] }
        set { members[name] = newValue }
    }

    /// The objects under this name; empty when there are none.
    func array(_ name: String) -> [[String: Any]] { members[name] as? [[String: Any]] ?? [] }

    func bytes() throws -> [UInt8] { Array(try JSONSerialization.data(withJSONObject: members)) }
}
