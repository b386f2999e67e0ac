import TestSupport

@testable import SQS

extension MisbehavingHTTPRequest {
    /// This send with some messages changed on their way, and the sender, who compares checksums, none the wiser.
    /// - Parameter change: takes a message's deduplication id and body; nil leaves it as it is.
    /// - Returns: nil when nothing is changed.
    func changingMessages(_ change: (String, String) -> String?) throws -> FaultAction? {
        guard operation == "SendMessageBatch" else { return nil }
        var object = try JSONObject(body)
        var checksums: [String: String] = [:]
        object["Entries"] = object.array("Entries").map { entry in
            guard let id = entry["Id"] as? String, let body = entry["MessageBody"] as? String,
                let changed = change(entry["MessageDeduplicationId"] as? String ?? "", body)
            else { return entry }
            checksums[id] = hexadecimalMD5(body)
            var entry = entry
            entry["MessageBody"] = changed
            return entry
        }
        guard !checksums.isEmpty else { return nil }
        let expected = checksums
        return .rewrite(request: try object.bytes()) { answer in
            answer.changing { object in
                object["Successful"] = object.array("Successful").map { success in
                    var success = success
                    if let checksum = expected[success["Id"] as? String ?? ""] {
                        success["MD5OfMessageBody"] = checksum
                    }
                    return success
                }
            }
        }
    }
}

extension HTTPAnswer {
    /// This answer to a receive with some messages changed on their way, checksums too.
    /// - Parameter change: takes a message's group id and body; nil leaves it as it is.
    func changingMessages(_ change: (String, String) -> String?) -> HTTPAnswer {
        changing { object in
            object["Messages"] = object.array("Messages").map { message in
                let group = (message["Attributes"] as? [String: Any])?["MessageGroupId"] as? String ?? ""
                guard let changed = change(group, message["Body"] as? String ?? "") else { return message }
                var message = message
                message["Body"] = changed
                message["MD5OfBody"] = hexadecimalMD5(changed)
                return message
            }
        }
    }
}

private func hexadecimalMD5(_ text: String) -> String {
    let digest = MD5.digest(Array(text.utf8)) ?? []
    return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
